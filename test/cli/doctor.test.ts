import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { startSimulator, type Simulator } from '../../src/simulator/simulator.js';
import { closedPort, LocalHttpServer } from '../sources/local-servers.js';
import { devServerEnvironment } from '../support/temporal.js';
import { emptyDirectory } from './empty-directory.js';

const { escapement, write } = emptyDirectory();
const password = 'pl4nted/S3cret#1';
const wrongPassword = 'mistyped/S3cret#2';

/** A queue that wants a password. */
const queue = new LocalHttpServer(({ headers }) =>
  headers.authorization === `Bearer ${password}` ? { body: { depth: 42 } } : { status: 401, body: { depth: 0 } },
);
let sidecar: Simulator;
let temporal: TestWorkflowEnvironment;
let address: string;

beforeAll(async () => {
  await queue.start();
  sidecar = await startSimulator({ resources: { worker: 3 } });
  temporal = await devServerEnvironment();
  address = temporal.address!;
});
afterAll(async () => {
  await queue.stop();
  await sidecar.close();
  await temporal.teardown();
});

const fileWith = (sidecarUrl: string) => `version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${sidecarUrl}" }
    min: 1
    max: 6
    autoscale:
      signals:
        waiting: { type: http-json, url: "http://127.0.0.1:${queue.port}/", path: depth, bearerToken: "\${TOKEN}" }
        base: { type: constant, value: 7 }
      policies: [{ type: perUnit, value: waiting + base, target: 10 }]
`;
const writeConfig = (sidecarUrl = sidecar.url) => write('escapement.yaml', fileWith(sidecarUrl));

describe('escapement doctor', () => {
  it('prints the capacity, the values and the response of Temporal', async () => {
    writeConfig();
    const { code, out } = await escapement(['doctor'], { TEMPORAL_ADDRESS: address, TOKEN: password });
    const lines = out.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^ok +temporal +server +[\d.]+:\d+: namespace default, server \d/),
      expect.stringMatching(/^ok +worker +omnistrate +capacity 3, ACTIVE$/),
      expect.stringMatching(/^ok +worker\.waiting +http-json +value 42$/),
      expect.stringMatching(/^ok +worker\.base +constant +value 7$/),
      'Everything answers.',
    ]);
    expect(code).toBe(0);
  });

  it('prints a fix for each part that does not respond, checks the others, and exits with 1', async () => {
    writeConfig(`http://127.0.0.1:${await closedPort()}`);
    const nowhere = `127.0.0.1:${await closedPort()}`;
    const { code, out } = await escapement(['doctor'], { TEMPORAL_ADDRESS: nowhere, TOKEN: wrongPassword });
    expect(out).toMatch(/^FAILS +temporal .*unreachable.*TEMPORAL_ADDRESS/m);
    expect(out).toMatch(/^FAILS +worker +omnistrate .*ECONNREFUSED.*OMNISTRATE_SIDECAR_URL/m);
    expect(out).toMatch(/^FAILS +worker\.waiting .*returned 401.*bearerToken/m);
    expect(out).toMatch(/^ok +worker\.base .*value 7/m);
    expect(out).toContain('3 of 4 checks failed.');
    expect(out).not.toContain(wrongPassword);
    expect(code).toBe(1);
  });

  it('names a secret that is missing on this machine, checks the others, and exits with 2', async () => {
    writeConfig();
    const { code, out } = await escapement(['doctor'], { TEMPORAL_ADDRESS: address });
    expect(out).toMatch(/^INVALID +worker\.waiting .*bearerToken.*the environment variable TOKEN is not set/m);
    expect(out).toMatch(/^ok +worker +omnistrate +capacity 3/m);
    expect(code).toBe(2);
  });

  it('connects to each receiver of events, sends none, and names a missing secret', async () => {
    const receivers = `events:
  chat: { type: slack, url: "http://127.0.0.1:${queue.port}/hook" }
  gone: { type: slack, url: "http://127.0.0.1:${await closedPort()}/hook" }
  ops: { type: cloudevents, url: "https://127.0.0.1/", secret: "\${SIGNING_SECRET}" }
`;
    write('escapement.yaml', fileWith(sidecar.url).replace('resources:', `${receivers}resources:`));
    const before = queue.asked.length;
    const { code, out } = await escapement(['doctor'], { TEMPORAL_ADDRESS: address, TOKEN: password });
    expect(out).toMatch(/^ok +events\.chat +slack +http:\/\/127\.0\.0\.1:\d+ accepts connections; no event was sent$/m);
    expect(out).toMatch(/^FAILS +events\.gone +slack .*cannot be reached/m);
    expect(out).toMatch(/^INVALID +events\.ops +cloudevents .*the environment variable SIGNING_SECRET is not set/m);
    expect(queue.asked.slice(before).filter(({ url }) => url === '/hook')).toEqual([]);
    expect(code).toBe(2);
  });

  it('prints the same as JSON', async () => {
    writeConfig();
    const env = { TEMPORAL_ADDRESS: address, TOKEN: wrongPassword };
    const { code, out } = await escapement(['doctor', '--json'], env);
    expect(JSON.parse(out)).toMatchObject({
      isHealthy: false,
      findings: [
        { part: 'temporal', outcome: 'ok' },
        { part: 'platform', resource: 'worker', type: 'omnistrate', outcome: 'ok', capacity: 3 },
        { part: 'source', resource: 'worker', signal: 'waiting', type: 'http-json', outcome: 'failing' },
        { part: 'source', resource: 'worker', signal: 'base', outcome: 'ok', value: 7 },
      ],
    });
    expect(code).toBe(1);
  });

  it('reports a namespace that does not exist', async () => {
    writeConfig();
    const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'elsewhere', TOKEN: password };
    const { code, out } = await escapement(['doctor'], env);
    expect(out).toMatch(/^FAILS +temporal .*namespace elsewhere does not exist.*TEMPORAL_NAMESPACE/m);
    expect(code).toBe(1);
  });

  it.each([
    [
      'an invalid file',
      () => write('escapement.yaml', 'version: 1\nresources: { worker: { platfrom: omnistrate } }\n'),
      'platfrom',
    ],
    ['nothing configured', () => undefined, 'AUTOSCALER_TARGET_RESOURCE'],
  ])('exits with 2 for %s', async (_, prepare, said) => {
    prepare();
    expect(await escapement(['doctor'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining(said) });
  });
});
