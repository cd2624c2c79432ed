import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { activemqService } from '../../scripts/services/activemq.js';
import { describeConformance, make, plantedSecret } from '../sources/conformance.js';

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
    ['a queue whose name JMX does not take as it is', { queue: 'orders:eu-1=b' }, 2],
  ])('counts %s', async (_name, more, value) => {
    const source = make(subject, settings(more));
    expect((await source.sample(never())).value).toBe(value);
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
