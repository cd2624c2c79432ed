import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { activemqService, type ActivemqService } from '../../scripts/services/activemq.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';
import { eventually } from '../support/eventually.js';

const server = await activemqService(
  { username: 'reader', password: plantedSecret },
  { jobs: 3, done: 0, 'orders:eu-1=b': 2 },
);
const never = (): AbortSignal => new AbortController().signal;
const settingsFor = (port: number) => ({
  url: `http://127.0.0.1:${port}/jolokia/`,
  queue: 'jobs',
  username: 'reader',
  password: plantedSecret,
});
const subject = { type: 'activemq', settingsFor };
const settings = (more: Record<string, unknown> = {}) => ({ ...settingsFor(server.port), ...more });

beforeAll(() => server.start());
afterAll(() => server.stop());

describe('activemq', () => {
  it.each([
    ['all messages', {}, 3],
    ['those that wait', { count: 'waiting' }, 3],
    ['those that consumers hold', { count: 'inFlight' }, 0],
    ['the queue in a broker of any name', { broker: '*' }, 3],
    ['a queue whose name JMX does not take as it is', { queue: 'orders:eu-1=b' }, 2],
  ])('counts %s', async (_name, more, value) => {
    const source = make(subject, settings(more));
    expect((await source.sample(never())).value).toBe(value);
    await source.close?.();
  });
});

describe('activemq with two brokers that share a store', () => {
  let store = '';
  let pair: readonly ActivemqService[] = [];
  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), 'escapement-activemq-'));
    const setup = { username: 'reader', password: plantedSecret, store };
    pair = [await activemqService(setup, { jobs: 3 }), await activemqService(setup, { jobs: 3 })];
    const [first, second] = pair as [ActivemqService, ActivemqService];
    await first.start();
    const source = make(subject, settings({ url: urlOf(first) }));
    await eventually('the first broker is active', async () => {
      const sample = await source.sample(never()).catch(() => undefined);
      return sample?.value === 3;
    });
    await source.close?.();
    await second.start();
  });
  afterAll(async () => {
    for (const broker of pair) await broker.stop();
    await rm(store, { recursive: true });
  });
  const urlOf = (broker: ActivemqService) => `http://127.0.0.1:${broker.port}/jolokia/`;

  it('reads from the active one, and from the other one after a failover, in both directions', async () => {
    const [first, second] = pair as [ActivemqService, ActivemqService];
    // The standby is the first of the list.
    const source = make(subject, settings({ url: [urlOf(second), urlOf(first)], broker: '*' }));
    const { value, note } = await source.sample(never());
    expect({ value, note }).toEqual({ value: 3, note: `the active broker is ${urlOf(first)}` });

    for (const [active, standby] of [
      [first, second],
      [second, first],
    ] as const) {
      await active.stop();
      const after = await eventually('the standby has become active', async () =>
        source.sample(never()).catch((error: unknown) => {
          expect(error).toMatchObject({
            code: 'unreachable',
            message: expect.stringContaining(`no broker is active: ${urlOf(active)} cannot be reached`),
          });
          return undefined;
        }),
      );
      expect(after.value).toBe(3);
      expect(after.note).toMatch(
        new RegExp(`^the active broker is ${urlOf(standby)} since .*Z, because ${urlOf(active)} cannot be reached`),
      );
      await active.start();
    }
    await source.close?.();
  });

  it('reports that the active one has no such queue, and not the state of the other one', async () => {
    const source = make(subject, settings({ url: pair.map(urlOf), queue: 'none' }));
    const { code, message } = await failureOf(source);
    expect(code).toBe('missing');
    expect(message).toContain('there is no queue none in broker localhost');
    await source.close?.();
  });

  it('does not try the other one after a refused login', async () => {
    const source = make(subject, settings({ url: pair.map(urlOf), password: 'wrong' }));
    expect((await failureOf(source)).code).toBe('denied');
    await source.close?.();
  });
});

describeConformance(subject, {
  server,
  value: 3,
  wrongLogin: () => settings({ password: 'wrong' }),
  missingName: () => ({ settings: settings({ queue: 'none' }), outcome: 'missing' }),
  empty: () => ({ settings: settings({ queue: 'done' }), outcome: 0 }),
  afterRestart: async () => undefined,
});
