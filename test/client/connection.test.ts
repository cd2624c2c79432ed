import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { pino } from 'pino';
import { ConfigError } from '../../src/config/problem.js';
import { grpcStatus, hasCode } from '../../src/client/temporal/grpc-status.js';
import { connectClient, readTemporalSettings } from '../../src/client/temporal/connection.js';
import { connectWorker } from '../../src/worker/sdk.js';

let home: string;
let profiles: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'escapement-profile-'));
  profiles = join(home, 'profiles.toml');
  writeFileSync(
    profiles,
    `[profile.default]
address = "default.example:7233"
[profile.cloud]
address = "cloud.example:7233"
namespace = "scaling.a1b2c"
api_key = "top-secret"
[profile.namespace-only]
namespace = "elsewhere"
`,
  );
});
afterAll(() => rmSync(home, { recursive: true }));

/** HOME is empty: nobody's own profile takes part. */
const read = (env: Record<string, string>) => readTemporalSettings({ HOME: home, ...env });

describe('the settings', () => {
  it.each([
    ['nothing is set', {}, { address: '127.0.0.1:7233', namespace: 'default', isConfigured: false }],
    ['an empty address is set', { TEMPORAL_ADDRESS: '' }, { address: '127.0.0.1:7233', isConfigured: false }],
    ['an address is set', { TEMPORAL_ADDRESS: 't:1' }, { address: 't:1', namespace: 'default', isConfigured: true }],
    ['only a namespace is set', { TEMPORAL_NAMESPACE: 'mine' }, { namespace: 'mine', isConfigured: false }],
  ])('are right where %s', (_, env, settings) => expect(read(env)).toMatchObject(settings));

  it('come from the default profile of a file', () => {
    expect(read({ TEMPORAL_CONFIG_FILE: profiles })).toMatchObject({
      address: 'default.example:7233',
      isConfigured: true,
    });
  });

  it('come from the profile that is named, with TLS where there is an API key', () => {
    expect(read({ TEMPORAL_CONFIG_FILE: profiles, TEMPORAL_PROFILE: 'cloud' })).toMatchObject({
      address: 'cloud.example:7233',
      namespace: 'scaling.a1b2c',
      isConfigured: true,
      options: { apiKey: 'top-secret', tls: true },
    });
  });

  it('of the environment win over those of a profile', () => {
    expect(read({ TEMPORAL_CONFIG_FILE: profiles, TEMPORAL_ADDRESS: 't:1' })).toMatchObject({ address: 't:1' });
  });

  it('leave the server to us where a profile names only a namespace', () => {
    const env = { TEMPORAL_CONFIG_FILE: profiles, TEMPORAL_PROFILE: 'namespace-only' };
    expect(read(env)).toMatchObject({ namespace: 'elsewhere', isConfigured: false });
  });

  it.each([
    ['a profile that does not exist', () => ({ TEMPORAL_CONFIG_FILE: profiles, TEMPORAL_PROFILE: 'nobody' }), 'nobody'],
    [
      'a certificate that cannot be read',
      () => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: '/missing', TEMPORAL_TLS_CLIENT_KEY_PATH: '/missing' }),
      '/missing',
    ],
  ])('are refused for %s', (_, env, named) => {
    expect(() => read(env())).toThrow(ConfigError);
    expect(() => read(env())).toThrow(named);
  });

  it('are refused without quoting the file where it is no TOML', () => {
    const broken = join(home, 'broken.toml');
    writeFileSync(broken, '[profile.default]\napi_key = "top-secret\n');
    expect(() => read({ TEMPORAL_CONFIG_FILE: broken })).toThrow(/Invalid TOML document/);
    expect(() => read({ TEMPORAL_CONFIG_FILE: broken })).not.toThrow(/top-secret/);
  });
});

describe('while nobody listens', () => {
  const nobody = { address: '127.0.0.1:1', namespace: 'default', isConfigured: true, options: {} };

  it('a call of a client fails after four attempts, long before the ten of the SDK', async () => {
    const connection = connectClient(nobody);
    const startedAtMs = performance.now();
    const failure = await new Client({ connection }).workflow
      .getHandle('any')
      .describe()
      .catch((error: unknown) => error);
    expect(hasCode(failure, grpcStatus.unavailable)).toBe(true);
    // Measured: 1 s; with the SDK's own defaults it takes 19 to 22 s.
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
    await connection.close();
  });

  it.each([
    ['is pending', false],
    ['waits for its next attempt', true],
  ])('a call that %s when its connection is closed ends, and the process goes on', async (_, isRefused) => {
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      if (isRefused) socket.destroy();
      isAsked();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const connection = connectClient({ ...nobody, address });
    const failure = connection.workflowService.getSystemInfo({}).catch((error: unknown) => error);
    await asked;
    await setImmediate();
    await connection.close();
    expect(await failure).toBeInstanceOf(Error);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('a worker retries, logs that once, and stops waiting when it is aborted', async () => {
    let attempts = 0;
    const calledOff = new AbortController();
    const refusing = createServer((socket) => {
      attempts += 1;
      socket.destroy();
      if (attempts === 3) calledOff.abort();
    }).listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const address = `127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => lines.push(line) });
    await expect(connectWorker({ ...nobody, address }, { log, signal: calledOff.signal })).rejects.toThrow(/aborted/);
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('Temporal is unreachable; retrying');
    refusing.close();
  });
});
