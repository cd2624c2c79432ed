/** The Kubernetes Events of changes, against a fake server that records what it receives. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { kubernetes } from '../../src/adapters/platforms/kubernetes/kubernetes.js';
import { eventText } from '../../src/adapters/platforms/kubernetes/event-text.js';
import { Outage } from '../../src/process/outage.js';
import { eventually } from '../support/eventually.js';
import { closeJsonServers, startJsonServer, type AskedRequest, type JsonAnswer } from './fixtures/json-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

const folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
const change = { from: 3, to: 5, idempotencyKey: 'run-1/1' };
const words = { fails: 'no events', worksAgain: 'events again' };

afterEach(closeJsonServers);
afterEach(() => jest.restoreAllMocks());

type Said = JsonAnswer | 'hang' | 'reset';

/** What the server returns now. A test may change it between two changes. */
interface Cluster {
  put: Said;
  post: Said;
  patch: Said;
  review: Said;
}

async function open(answers: Partial<Cluster> = {}) {
  const cluster: Cluster = { put: {}, post: { status: 201 }, patch: {}, review: { status: 404 }, ...answers };
  const answerTo = ({ method, path }: AskedRequest): Said => {
    if (path.endsWith('/selfsubjectaccessreviews')) return cluster.review;
    if (method === 'PUT') return cluster.put;
    if (method === 'POST') return cluster.post;
    if (method === 'PATCH') return cluster.patch;
    if (path.endsWith('/scale')) {
      const metadata = { name: 'web', namespace: 'shop', uid: 'the-uid', resourceVersion: '7' };
      return { body: { metadata, spec: { replicas: 3 } } };
    }
    return path.endsWith('/horizontalpodautoscalers') ? { body: { items: [] } } : { status: 404 };
  };
  const server = await startJsonServer(answerTo);
  const kubeconfig = join(folder, 'config');
  const config = {
    'current-context': 'here',
    clusters: [{ name: 'one', cluster: { server: server.url } }],
    users: [{ name: 'me', user: { token: 'hunter2' } }],
    contexts: [{ name: 'here', context: { cluster: 'one', user: 'me', namespace: 'shop' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const lines: { msg: string; reason?: string }[] = [];
  const log = pino({ base: {} }, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) });
  const platform = kubernetes.create(kubernetes.settings.parse({ kubeconfig, name: 'web' }), {
    resource: 'worker',
    requestTimeoutMs: 10_000,
    recordLog: new Outage({ log, fields: {}, words }),
  });
  const sent = (method: string) =>
    server.requests.filter((request) => request.method === method && request.path.includes('/events'));
  const make = (more: Partial<typeof change> = {}) => platform.change({ ...change, ...more }, permitted, never);
  return { cluster, server, platform, lines, make, posts: () => sent('POST'), patches: () => sent('PATCH') };
}

const refusal = (message: string) => ({ status: 403, body: { message } });
const arrive = (what: () => readonly unknown[], times: number) =>
  eventually(`${times} requests arrive`, () => what().length === times);
const laterBy = (ms: number) => {
  const atMs = Date.now() + ms;
  jest.spyOn(Date, 'now').mockReturnValue(atMs);
};

describe('the event of a change', () => {
  it('is about the scaled object, and has the sizes and the key of the change', async () => {
    const { make, posts } = await open();
    await make();
    await arrive(posts, 1);
    const [{ path, body }] = posts() as [AskedRequest];
    expect(path).toBe('/apis/events.k8s.io/v1/namespaces/shop/events');
    const regarding = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'the-uid' };
    expect(body).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'shop', name: expect.stringMatching(/^web\.[-0-9a-f]{36}$/) as unknown },
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as unknown,
      reportingController: 'escapement',
      action: 'Scale',
      type: 'Normal',
      reason: 'ScaledUp',
      note: 'Escapement scaled from 3 to 5 (change run-1/1)',
      regarding: { ...regarding, resourceVersion: '7' },
    });
  });

  it('is sent after the change, and the outcome does not wait for it', async () => {
    const { server, make, posts } = await open({ post: 'hang' });
    expect(await make()).toEqual({ outcome: 'accepted' });
    expect(posts()).toEqual([]);
    await arrive(posts, 1);
    const methods = server.requests.map(({ method }) => method);
    expect(methods.indexOf('POST')).toBeGreaterThan(methods.indexOf('PUT'));
  });

  it.each([
    ['another writer was faster', { put: { status: 409 } }],
    ['the API server is busy', { put: { status: 429 } }],
  ])('does not exist if the change is decided again: %s', async (_name, answers) => {
    const { platform, make, posts } = await open(answers);
    expect(await make()).toMatchObject({ outcome: 'rejected', final: false });
    await platform.close!();
    expect(posts()).toEqual([]);
  });

  it('is still sent when the adapter is closed directly after the change', async () => {
    const { platform, make, posts } = await open();
    await make();
    await platform.close!();
    expect(posts()).toHaveLength(1);
  });
});

describe('a refusal that repeats', () => {
  it('is one event with a series that counts', async () => {
    const { make, posts, patches } = await open({ put: refusal('exceeded quota') });
    await make();
    await arrive(posts, 1);
    await make({ idempotencyKey: 'run-2/1' });
    await arrive(patches, 1);
    await make({ idempotencyKey: 'run-3/1' });
    await arrive(patches, 2);
    const [{ body }] = posts() as [AskedRequest];
    const { name } = (body as { metadata: { name: string } }).metadata;
    const [, second] = patches() as [AskedRequest, AskedRequest];
    expect(second.path).toBe(`/apis/events.k8s.io/v1/namespaces/shop/events/${name}`);
    expect(second.headers['content-type']).toBe('application/merge-patch+json');
    expect(second.body).toEqual({ series: { count: 3, lastObservedTime: expect.any(String) as unknown } });
    expect(posts()).toHaveLength(1);
  });

  it('has another event for another size', async () => {
    const { make, posts } = await open({ put: refusal('exceeded quota') });
    await make();
    await make({ to: 4 });
    await arrive(posts, 2);
  });

  it('has an event with its new words after ten minutes, and not before', async () => {
    const { cluster, make, posts, patches } = await open({ put: refusal('exceeded quota') });
    await make();
    await arrive(posts, 1);
    cluster.put = refusal('denied by a webhook');
    await make();
    await arrive(patches, 1);
    laterBy(600_000);
    await make();
    await arrive(posts, 2);
    expect(posts()[1]!.body).toMatchObject({ note: expect.stringContaining('denied by a webhook') as unknown });
  });

  it('has a new event if the series was not repeated for ten minutes', async () => {
    const { make, posts, patches } = await open({ put: refusal('exceeded quota') });
    await make();
    await arrive(posts, 1);
    laterBy(600_001);
    await make();
    await arrive(posts, 2);
    expect(patches()).toEqual([]);
  });

  it('has a new event if the API server has deleted the first one', async () => {
    const { make, posts } = await open({ put: refusal('exceeded quota'), patch: { status: 404 } });
    await make();
    await arrive(posts, 1);
    await make();
    await arrive(posts, 2);
  });
});

describe('an event that cannot be written', () => {
  it.each<[string, Said]>([
    ['the API server fails', { status: 500 }],
    ['the connection is lost', 'reset'],
    ['the event is invalid', { status: 422, body: { message: 'note: too long' } }],
  ])('is logged once, and the changes are made: %s', async (_name, post) => {
    const { cluster, make, posts, lines } = await open({ post });
    for (const number of [1, 2]) {
      expect(await make()).toEqual({ outcome: 'accepted' });
      await arrive(posts, number);
    }
    cluster.post = { status: 201 };
    await make();
    await eventually('the log has two lines', () => lines.length === 2);
    expect(lines.map(({ msg }) => msg)).toEqual([words.fails, words.worksAgain]);
  });

  it('because of a missing permission names the permission, and is not tried again for ten minutes', async () => {
    const { cluster, platform, make, posts, lines } = await open({ post: refusal('events is forbidden') });
    await make();
    await eventually('the log has a line', () => lines.length === 1);
    expect(lines[0]!.reason).toMatch(/events is forbidden.*Allow `create` and `patch` for `events` of `events.k8s.io`/);
    expect(await make()).toEqual({ outcome: 'accepted' });
    cluster.post = { status: 201 };
    laterBy(600_001);
    await make();
    await platform.close!();
    expect(posts()).toHaveLength(2);
    expect(lines.map(({ msg }) => msg)).toEqual([words.fails, words.worksAgain]);
  });

  it('does not keep the adapter open: it does not wait for an API server that never answers', async () => {
    const { platform, make, posts, lines } = await open({ post: 'hang' });
    for (const to of [5, 6, 7]) await make({ to });
    await arrive(posts, 1);
    const startedAtMs = performance.now();
    await platform.close!();
    expect(performance.now() - startedAtMs).toBeLessThan(8000);
    expect(lines.map(({ msg }) => msg)).toEqual([words.fails]);
  });
});

describe('the notes of doctor', () => {
  it.each([
    ['a permission is missing', { body: { status: { allowed: false } } }, [/no permission to create and patch events/]],
    ['nothing is missing', { body: { status: { allowed: true } } }, []],
    ['the API server does not tell', { status: 403 }, []],
  ])('%s', async (_name, review, expected) => {
    const { platform } = await open({ review });
    const notes = await platform.notes!(never);
    expect(notes).toHaveLength(expected.length);
    expected.forEach((pattern, index) => expect(notes[index]).toMatch(pattern));
  });
});

describe('the text of an event', () => {
  const accepted = { outcome: 'accepted' } as const;

  it.each([
    ['out', { from: 2, to: 5 }, accepted, 'ScaledUp', 'Escapement scaled from 2 to 5 (change k/1)'],
    ['in', { from: 5, to: 0 }, accepted, 'ScaledDown', 'Escapement scaled from 5 to 0 (change k/1)'],
    [
      'refused',
      { from: 2, to: 5 },
      { outcome: 'rejected', final: true, reason: 'exceeded quota' } as const,
      'ScaleRefused',
      'Escapement could not scale from 2 to 5: exceeded quota',
    ],
    [
      'unknown',
      { from: 2, to: 5 },
      { outcome: 'unknown', reason: 'no response' } as const,
      'ScaleOutcomeUnknown',
      'Escapement sent a change from 2 to 5, and its outcome is not known (change k/1): no response',
    ],
  ])('%s', (_name, sizes, outcome, reason, note) => {
    expect(eventText({ ...sizes, idempotencyKey: 'k/1' }, outcome)).toMatchObject({ reason, note });
  });

  it('has at most 1024 bytes, and no half of a character', () => {
    const outcome = { outcome: 'rejected', final: true, reason: 'ü'.repeat(2000) } as const;
    const { note } = eventText(change, outcome)!;
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024);
    expect(note).toMatch(/ü\.\.\.$/);
  });
});
