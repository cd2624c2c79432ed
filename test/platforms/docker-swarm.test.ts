/** The Docker Swarm adapter against a server that answers as the Engine does: failures that no real Engine can be brought to. */
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerSwarm } from '../../src/adapters/platforms/docker-swarm/docker-swarm.js';
import type { Platform } from '../../src/adapters/platforms/platform.js';
import { closeJsonServers, startJsonServer, type AskedRequest, type JsonAnswer } from './fixtures/json-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

afterEach(closeJsonServers);

const twoToFour = { from: 2, to: 4, idempotencyKey: 'run-1/1' };

function serviceAt(url: string, requestTimeoutMs = 10_000): Platform {
  const host = url.replace(/^http:/, 'tcp:');
  return dockerSwarm.create(dockerSwarm.settings.parse({ host }), { resource: 'web', requestTimeoutMs });
}

const service = {
  ID: 'q1',
  Version: { Index: 7 },
  Spec: {
    Name: 'web',
    TaskTemplate: { ContainerSpec: { Image: 'web:1' }, Resources: { Limits: { NanoCPUs: 5e8 } } },
    Mode: { Replicated: { Replicas: 2 } },
  },
};
type Answers = (request: AskedRequest) => JsonAnswer | 'hang' | 'reset' | undefined;

/** An Engine with one service; `answers` come first. */
const startEngine = (answers: Answers = () => undefined, more: object = {}) =>
  startJsonServer((request) => {
    const { path } = request;
    const said = answers(request);
    if (said !== undefined) return said;
    const shown = { ...service, ServiceStatus: { RunningTasks: 2, DesiredTasks: 2 }, ...more };
    if (path === '/version') return { body: { ApiVersion: '1.47', MinAPIVersion: '1.24' } };
    if (path.startsWith('/v1.47/services?')) return { body: [shown] };
    return path === '/v1.47/services/web' ? { body: { ...service, ...more } } : { body: { Warnings: null } };
  });
const sizes = (replicas: number) => ({
  ...service,
  Spec: { ...service.Spec, Mode: { Replicated: { Replicas: replicas } } },
});
const posts = (requests: readonly AskedRequest[]) => requests.filter(({ method }) => method === 'POST');
const onPost =
  (answer: JsonAnswer | 'hang' | 'reset'): Answers =>
  ({ method }) =>
    method === 'POST' ? answer : undefined;
const error = (status: number, message: string): JsonAnswer => ({ status, body: { message } });
const outdated = error(500, 'rpc error: code = Unknown desc = update out of sequence');

describe('an observation', () => {
  it.each([
    ['every task runs', {}, { capacity: 2, ready: 2, status: 'ACTIVE' }],
    ['a task does not run', { ServiceStatus: { RunningTasks: 1 } }, { capacity: 2, ready: 1, status: 'STARTING' }],
    [
      'an update replaces tasks',
      { UpdateStatus: { State: 'updating' } },
      { status: 'ACTIVE', holdsScaleIn: expect.stringContaining('an update is in progress') as unknown },
    ],
    [
      'an update is complete',
      { UpdateStatus: { State: 'completed' } },
      { details: { service: 'web', update: 'completed' } },
    ],
  ])('%s: %j is %j', async (_name, more, expected) => {
    const { url } = await startEngine(undefined, more);
    expect(await serviceAt(url).observe(never)).toMatchObject(expected);
  });

  it('holds scaling in only while an update is in progress', async () => {
    const { url } = await startEngine(undefined, { UpdateStatus: { State: 'paused' } });
    expect(await serviceAt(url).observe(never)).not.toHaveProperty('holdsScaleIn');
  });

  it('reads the version of the API once, and again after a failure', async () => {
    let fails = false;
    const server = await startEngine(({ path }) => (fails && path !== '/version' ? error(400, 'too new') : undefined));
    const platform = serviceAt(server.url);
    for (let look = 0; look < 3; look += 1) await platform.observe(never);
    fails = true;
    await expect(platform.observe(never)).rejects.toMatchObject({ code: 'failed' });
    fails = false;
    await platform.observe(never);
    expect(server.requests.filter(({ path }) => path === '/version')).toHaveLength(2);
  });

  it.each<[string, JsonAnswer | 'hang' | 'reset', string]>([
    ['is not a manager', error(503, 'This node is not a swarm manager.'), 'failed'],
    ['is older than Docker 20.10', { body: { ApiVersion: '1.40' } }, 'failed'],
    ['is another server', { body: { hello: 'world' } }, 'malformed'],
    ['refuses', error(403, 'authorization denied'), 'denied'],
    ['is reset', 'reset', 'unreachable'],
    ['hangs', 'hang', 'timeout'],
  ])('of an Engine that %s fails', async (_name, answer, code) => {
    const { url } = await startEngine(() => answer);
    const reading = serviceAt(url, answer === 'hang' ? 300 : 10_000).observe(never);
    await expect(reading).rejects.toMatchObject({ name: 'AdapterError', code });
    await expect(reading).rejects.toThrow(/^web: /);
  });
});

describe('a change', () => {
  it('writes the whole specification with the version that was read, and keeps the credentials of the registry', async () => {
    const server = await startEngine();
    expect(await serviceAt(server.url).change(twoToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(posts(server.requests)).toMatchObject([
      {
        path: '/v1.47/services/q1/update?version=7&registryAuthFrom=spec',
        body: { ...service.Spec, Mode: { Replicated: { Replicas: 4 } } },
      },
    ]);
  });

  it('is written with the newest version of the API, also after an upgrade of the Engine', async () => {
    let ApiVersion = '1.46';
    const server = await startEngine(({ path }) => {
      if (path === '/version') return { body: { ApiVersion } };
      return path.startsWith('/v1.46/services?')
        ? { body: [{ ...service, ServiceStatus: { RunningTasks: 2 } }] }
        : undefined;
    });
    const platform = serviceAt(server.url);
    await platform.observe(never);
    ApiVersion = '1.47';
    await platform.change(twoToFour, permitted, never);
    expect(posts(server.requests)[0]!.path).toContain('/v1.47/');
  });

  const forGood = { outcome: 'rejected', final: true };
  const forNow = { outcome: 'rejected', final: false };

  it.each<[JsonAnswer | 'hang' | 'reset', object]>([
    [error(400, 'invalid mount'), { ...forGood, lessMayHelp: true }],
    [error(403, 'authorization denied'), forGood],
    [error(404, 'service web not found'), forGood],
    [error(429, 'slow down'), forNow],
    [error(500, 'rpc error: code = DeadlineExceeded'), { outcome: 'unknown' }],
    [error(503, 'The swarm does not have a leader'), { outcome: 'unknown' }],
    ['reset', { outcome: 'unknown' }],
    ['hang', { outcome: 'unknown' }],
  ])('%j is %j, after one write', async (answer, expected) => {
    const server = await startEngine(onPost(answer));
    const platform = serviceAt(server.url, answer === 'hang' ? 1000 : 10_000);
    expect(await platform.change(twoToFour, permitted, never)).toMatchObject(expected);
    expect(posts(server.requests)).toHaveLength(1);
  });

  it('that is refused as outdated is written again with the new version, while the size is the same', async () => {
    const server = await startEngine(({ method, path }) =>
      method === 'POST' && path.includes('version=7')
        ? outdated
        : posts(server.requests).length > 0 && path.endsWith('/services/web')
          ? { body: { ...service, Version: { Index: 8 } } }
          : undefined,
    );
    expect(await serviceAt(server.url).change(twoToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(posts(server.requests).map(({ path }) => /version=(\d+)/.exec(path)![1])).toEqual(['7', '8']);
  });

  it('that is refused as outdated five times is rejected', async () => {
    const server = await startEngine(onPost(outdated));
    expect(await serviceAt(server.url).change(twoToFour, permitted, never)).toMatchObject(forNow);
    expect(posts(server.requests)).toHaveLength(5);
  });

  it.each<[string, JsonAnswer | 'reset']>([
    ['has the new size', { body: sizes(4) }],
    ['has another size', { body: sizes(9) }],
    ['cannot be read', 'reset'],
    ['was removed', error(404, 'service web not found')],
  ])('that is refused as outdated has an unknown outcome if the service then %s', async (_name, then) => {
    const server = await startEngine(({ method, path }) => {
      if (method === 'POST') return outdated;
      return posts(server.requests).length > 0 && path.endsWith('/services/web') ? then : undefined;
    });
    expect(await serviceAt(server.url).change(twoToFour, permitted, never)).toMatchObject({ outcome: 'unknown' });
    expect(posts(server.requests)).toHaveLength(1);
  });

  it('of a service of another size is not sent', async () => {
    const server = await startEngine(undefined, sizes(3));
    expect(await serviceAt(server.url).change(twoToFour, permitted, never)).toMatchObject(forNow);
    expect(posts(server.requests)).toHaveLength(0);
  });

  it('of a specification with a number that JSON cannot carry is not sent', async () => {
    const text = JSON.stringify(service).replace('500000000', '9223372036854775807');
    const server = await startEngine(({ path }) => (path.endsWith('/services/web') ? { text } : undefined));
    const outcome = await serviceAt(server.url).change(twoToFour, permitted, never);
    expect(outcome).toMatchObject({ ...forGood, reason: expect.stringContaining('2^53') as unknown });
    expect(posts(server.requests)).toHaveLength(0);
  });

  it('is not sent after its permit has expired, or if a read before it fails', async () => {
    const server = await startEngine();
    expect(await serviceAt(server.url).change(twoToFour, { isValid: () => false }, never)).toMatchObject(forNow);
    const failing = await startEngine(() => error(503, 'This node is not a swarm manager.'));
    expect(await serviceAt(failing.url).change(twoToFour, permitted, never)).toMatchObject(forNow);
    expect([...posts(server.requests), ...posts(failing.requests)]).toEqual([]);
  });
});

describe('a response with a secret', () => {
  const secret = 'hunter2-hunter2';
  it.each<[string, JsonAnswer]>([
    ['in HTML', { status: 502, text: `<html>${secret}</html>` }],
    ['in an unknown field', { status: 500, body: { token: secret } }],
    ['instead of a list', { body: { [secret]: secret } }],
    [
      'instead of a number',
      { body: [{ ...sizes(2), Version: { Index: secret }, ServiceStatus: { RunningTasks: secret } }] },
    ],
    [
      'instead of a mode',
      { body: [{ ...service, Spec: { Name: 'web', Mode: { [secret]: {} } }, ServiceStatus: { RunningTasks: 1 } }] },
    ],
    ['cut off', { text: `[{"ID": "${secret}` }],
  ])('%s is not repeated', async (_name, answer) => {
    const { url } = await startEngine(({ path }) => (path === '/version' ? undefined : answer));
    const platform = serviceAt(url);
    const seen = await platform.observe(never).catch(String);
    const outcome = await platform.change(twoToFour, permitted, never);
    expect(seen).toContain('web: ');
    expect(`${seen as string} ${JSON.stringify(outcome)}`).not.toContain('hunter2');
  });
});

describe('a Unix socket', () => {
  it('serves reads over one connection, and a change over its own', async () => {
    const socket = join(await mkdtemp(join(tmpdir(), 'escapement-')), 'docker.sock');
    const hosts: (string | undefined)[] = [];
    let connections = 0;
    const server = createServer((request, response) => {
      hosts.push(request.headers.host);
      const found = { ...service, ServiceStatus: { RunningTasks: 2 } };
      const { url = '' } = request;
      const body = url === '/version' ? { ApiVersion: '1.47' } : url.includes('/services?') ? [found] : service;
      response.end(JSON.stringify(body));
    }).on('connection', () => (connections += 1));
    await once(server.listen(socket), 'listening');
    const platform = serviceAt(`unix://${socket}`);
    await platform.observe(never);
    await platform.observe(never);
    expect(connections).toBe(1);
    expect(await platform.change(twoToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(connections).toBe(2);
    expect(new Set(hosts)).toEqual(new Set(['docker']));
    await platform.close?.();
    await new Promise((closed) => server.close(closed));
  });

  it('that does not exist was never written to', async () => {
    const platform = serviceAt(`unix://${join(tmpdir(), 'no-such.sock')}`);
    await expect(platform.observe(never)).rejects.toThrow('Check platform.host');
    expect(await platform.change(twoToFour, permitted, never)).toMatchObject({ outcome: 'rejected', final: false });
  });
});

it.each(['ssh://manager', 'unix://', 'manager:2376', 'tcp://user:secret@manager:2376'])(
  'the host %s is refused',
  (host) => {
    const { error: problem } = dockerSwarm.settings.safeParse({ host });
    expect(problem?.issues[0]?.message).toContain('must be an address');
    expect(JSON.stringify(problem)).not.toContain('secret');
  },
);
