import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { createActivities } from '../../activities/index.js';
import { createApi } from '../../src/api/server.js';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { autoscaledIn } from '../../src/config/autoscaled.js';
import type { Config } from '../../src/config/config.js';
import { fileConfig } from '../../src/config/file/file-config.js';
import { examine } from '../../src/doctor/examine.js';
import { lookAtEveryResource } from '../../src/worker/first-look.js';
import { installTemporalRuntime } from '../../src/worker/sdk.js';
import { createReceivers } from '../../src/worker/event-receivers.js';
import { createAdapters, type ResourceAdapters } from '../../src/worker/resource-adapters.js';
import type { TemporalSettings } from '../../src/client/temporal/connection.js';
import { startWorker, type RunningWorker } from '../../src/worker/worker.js';
import { startSimulator, type Simulator } from '../../src/simulator/simulator.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { eventsWorkflowId } from '../../workflows/events/messages.js';
import { scaleWorkflowId } from '../../workflows/scale/messages.js';
import { LocalHttpServer } from '../sources/local-servers.js';
import { eventually } from '../support/eventually.js';
import { written } from '../support/configured.js';
import { devServerEnvironment } from '../support/temporal.js';

const secrets = {
  right: 'r1ght/S3cret#1',
  wrong: 'wr0ng/S3cret#2',
  echoed: 'ech0ed/S3cret#3',
  signing: Buffer.from('s1gning-S3cret-of-32-bytes-00004').toString('base64'),
  webhook: 'w3bhook-S3cret-5',
};
/** Written where names belong, not into a setting: it must be found everywhere, or the search finds nothing. */
const misplaced = 'm1splaced-s3cret';
const resource = misplaced;

const logged: string[] = [];
const log = pino({ level: 'trace' }, { write: (line) => void logged.push(line) });
installTemporalRuntime(log);

/** Lets one password in, refuses others, and under /echo fails with the key that it was sent, where errors say why. */
const queues = new LocalHttpServer(({ url, headers }) => {
  if (url.startsWith('/hooks/')) return { status: 500, body: { error: `no hook ${url} ${JSON.stringify(headers)}` } };
  if (url === '/echo') return { status: 500, body: { error: `bad key ${String(headers['x-api-key'])}`, headers } };
  const isRight = headers.authorization === `Basic ${basic(secrets.right)}`;
  return isRight ? { body: { depth: 50 } } : { status: 401, body: headers };
});

let folder: string;
let environment: TestWorkflowEnvironment;
let simulator: Simulator;
let config: Config;
let adapters: ResourceAdapters;
let worker: RunningWorker;
let api: Server;
let temporal: TemporalSettings;
let placeholders: Record<string, string>;

function yaml(secretFile: string): string {
  const at = `http://127.0.0.1:${queues.port}`;
  return `version: 1
events:
  signed: { type: cloudevents, url: "${at}/hooks/signed", secret: "\${SIGNING}", headers: { x-api-key: "\${ECHOED}" } }
  chat: { type: slack, url: "${at}/hooks/\${WEBHOOK}" }
resources:
  ${resource}:
    platform: { type: omnistrate, url: "${simulator.url}" }
    min: 1
    max: 9
    step: all
    cooldown: 0s
    taskQueue: "${randomUUID()}"
    autoscale:
      interval: 500ms
      signals:
        right: { type: http-json, url: "${at}/", path: depth, username: reader, password: "\${file:${secretFile}}" }
        wrong: { type: http-json, url: "${at}/", path: depth, username: reader, password: "\${WRONG}" }
        echoed: { type: http-json, url: "${at}/echo", path: depth, headers: { x-api-key: "\${ECHOED}" } }
        elsewhere: { type: http-json, url: "${at}/", path: ${misplaced}, username: reader, password: "\${RIGHT}" }
      policies:
        - { type: perUnit, value: right, target: 10 }
        - { type: perUnit, value: wrong + echoed + elsewhere, target: 10 }
`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'escapement-secret-'));
  const secretFile = join(folder, 'password');
  await writeFile(secretFile, `${secrets.right}\n`);
  placeholders = {
    WRONG: secrets.wrong,
    ECHOED: secrets.echoed,
    RIGHT: secrets.right,
    SIGNING: `whsec_${secrets.signing}`,
    WEBHOOK: secrets.webhook,
  };
  await queues.start();
  simulator = await startSimulator({ resources: { [resource]: 1 } });
  environment = await devServerEnvironment();
  const { client, connection, address } = environment;
  config = await fileConfig(yaml(secretFile), 'escapement.yaml', placeholders);
  adapters = await createAdapters(config.resources, placeholders, log);
  const stopping = new AbortController().signal;
  temporal = { address, namespace: 'default', isConfigured: true, options: {} };
  worker = startWorker({
    temporal,
    connection,
    log,
    shutdownGraceMs: 1000,
    taskQueues: Object.values(config.resources).map(({ taskQueue }) => taskQueue),
    activities: createActivities(adapters, stopping, await createReceivers(config.events, placeholders, log)),
    repeatable: [],
    workflowBundle: '.cache/workflow-bundle.js',
  });
  const observe = async (alias: string, signal: AbortSignal) => adapters.platformOf(alias).observe(signal);
  api = createServer(createApi({ client, log, config, stopping, observe, workerStatus: () => worker.status() }));
  await once(api.listen(0, '127.0.0.1'), 'listening');
  await lookAtEveryResource(Object.keys(config.resources), { adapters, log, signal: stopping });
  for (const each of autoscaledIn(config.resources, written())) await new AutoscaleClient(client).configure(each);
}, 60_000);

afterAll(async () => {
  api.closeAllConnections();
  api.close();
  await worker.stop();
  await adapters.close();
  await environment.teardown();
  await simulator.close();
  await queues.stop();
  await rm(folder, { recursive: true });
});

describe('a secret that a configuration takes from the environment or a file', () => {
  it('is in no history, no log, no error and no answer, while what stands beside it is in all of them', async () => {
    await eventually(
      'the queue has been followed',
      () => simulator.resources.get(resource)?.at(Date.now()).capacity === 5,
    );
    const places = {
      histories: await histories(),
      errors: await errors(),
      answers: await answers(),
      logs: logged.join(''),
    };
    for (const [place, text] of Object.entries(places)) {
      expect({ place, isSearched: text.includes(misplaced) }).toEqual({ place, isSearched: true });
      expect({ place, found: Object.keys(secrets).filter((name) => isIn(text, name)) }).toEqual({ place, found: [] });
    }
    // The failures that could have told them are really there.
    for (const text of [places.histories, places.errors, places.answers]) {
      expect(text).toContain('returned 401');
      expect(text).toContain('returned 500');
      expect(text).toContain('[secret]');
    }
    for (const text of [places.histories, places.logs]) expect(text).toMatch(/returned 500: no hook .*\[secret\]/);
  });
});

/** In any shape that a client sends it in, and the first eight characters: messages are cut short. */
function isIn(text: string, name: string): boolean {
  const secret = secrets[name as keyof typeof secrets];
  const sent = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), basic(secret)];
  return sent.some((shape) => text.includes(shape)) || text.includes(secret.slice(0, 8));
}

function basic(password: string): string {
  return Buffer.from(`reader:${password}`).toString('base64');
}

/** With all payloads decoded, and what is not in a history: heartbeats, memos. */
async function histories(): Promise<string> {
  const found: string[] = [];
  const ids = [autoscaleWorkflowId(resource), scaleWorkflowId(resource), eventsWorkflowId(resource)];
  for (const workflowId of ids) {
    const handle = environment.client.workflow.getHandle(workflowId);
    const { raw } = await eventually(`${workflowId} has told what it saw`, async () => {
      // The events workflow starts with the first event.
      const described = await handle.describe().catch(() => undefined);
      if (!described) return undefined;
      const pending = described.raw.pendingActivities ?? [];
      const hasTold = {
        [autoscaleWorkflowId(resource)]: pending.some(({ heartbeatDetails }) => heartbeatDetails),
        [scaleWorkflowId(resource)]: true,
        [eventsWorkflowId(resource)]: pending.length === 2 && pending.every(({ lastFailure }) => lastFailure),
      };
      return hasTold[workflowId] ? described : undefined;
    });
    found.push(...texts(raw), ...texts(await handle.fetchHistory()));
  }
  return found.join('\n');
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

async function errors(): Promise<string> {
  return JSON.stringify(await examine({ resources: config.resources, temporal, env: placeholders }));
}

async function answers(): Promise<string> {
  const { port } = api.address() as AddressInfo;
  const one = `/v1/resources/${resource}`;
  const asked = [
    '/readyz',
    '/v1/resources',
    one,
    `${one}/evaluation`,
    `${one}/decisions`,
    `${one}/runs`,
    `${one}/policy`,
    '/openapi.json',
    '/metrics',
  ];
  const found = await Promise.all(asked.map(async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()));
  const scaled = await fetch(`http://127.0.0.1:${port}${one}/scale`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ targetCapacity: 6 }),
  });
  const tried = await fetch(`http://127.0.0.1:${port}${one}/backtest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ autoscale: 'policies: [{ type: fixed, capacity: "${WRONG}" }]' }),
  });
  return [...found, await scaled.text(), await tried.text()].join('\n');
}
