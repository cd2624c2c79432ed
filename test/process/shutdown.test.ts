import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { installShutdown, type Shutdown } from '../../src/process/shutdown.js';
import { eventually } from '../support/eventually.js';

let steps: string[];
let lines: { msg: string; waitingFor?: string }[];
let signals: EventEmitter;
let shutdown: Shutdown;

beforeEach(() => {
  steps = [];
  lines = [];
  signals = new EventEmitter();
  shutdown = installed({ deadlineMs: 60_000 });
});
afterEach(() => {
  jest.restoreAllMocks();
});

function installed({ deadlineMs, signalExitCode }: { deadlineMs: number; signalExitCode?: number }): Shutdown {
  return installShutdown({
    log: pino({ base: {} }, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) }),
    deadlineMs,
    signalExitCode,
    process: { on: signals.on.bind(signals) as NodeJS.Process['on'], exit: (code) => steps.push(`exit ${code}`) },
  });
}

const stopsWith = (step: string) => async () => void steps.push(step);
const ended = () => eventually('the process has ended', () => steps.some((step) => step.startsWith('exit')));

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
  'stops what was started last first, one after the other, on %s',
  async (signal) => {
    let drained: () => void = () => undefined;
    shutdown.onStop('server', stopsWith('server'));
    shutdown.onStop('worker', () => new Promise((resolve) => (drained = () => resolve(steps.push('worker')))));
    shutdown.onStop('API', stopsWith('API'));

    signals.emit(signal);
    await eventually('the worker drains', () => steps.includes('API'));
    expect(steps).toEqual(['API']);
    drained();
    await ended();
    expect(steps).toEqual(['API', 'worker', 'server', 'exit 0']);
  },
);

it('ends with the exit code that a signal has in this process', async () => {
  shutdown = installed({ deadlineMs: 60_000, signalExitCode: 1 });
  // The first one, which was installed before each test, ends on the same signal.
  signals.emit('SIGTERM');
  await eventually('both have ended', () => steps.length === 2);
  expect(steps.toSorted()).toEqual(['exit 0', 'exit 1']);
});

it('notifies waiting callers before it stops anything', async () => {
  shutdown.stopping.addEventListener('abort', () => steps.push('told'));
  shutdown.onStop('API', stopsWith('API'));
  signals.emit('SIGTERM');
  await ended();
  expect(steps[0]).toBe('told');
});

it('goes on stopping the rest when one part fails to stop', async () => {
  shutdown.onStop('server', stopsWith('server'));
  shutdown.onStop('worker', async () => Promise.reject(new Error('stuck')));
  signals.emit('SIGTERM');
  await ended();
  expect(steps).toEqual(['server', 'exit 0']);
  expect(lines.map(({ msg }) => msg)).toContain('Shutdown failed: worker');
});

it('ends at the deadline, and names what did not stop', async () => {
  signals.removeAllListeners();
  shutdown = installed({ deadlineMs: 20 });
  shutdown.onStop('the worker', () => new Promise(() => undefined));
  signals.emit('SIGTERM');
  await ended();
  expect(steps).toEqual(['exit 1']);
  expect(lines.at(-1)).toMatchObject({ msg: 'Shutdown exceeded its deadline; exiting now', waitingFor: 'the worker' });
});

it('ends at once on a second Ctrl-C, but not on the copy of the first that npm passes on', async () => {
  let drained: () => void = () => undefined;
  shutdown.onStop('the worker', () => new Promise<void>((resolve) => (drained = resolve)));
  signals.emit('SIGINT');
  signals.emit('SIGINT');
  expect(steps).toEqual([]);

  const now = performance.now();
  jest.spyOn(performance, 'now').mockReturnValue(now + 2000);
  signals.emit('SIGINT');
  expect(steps).toEqual(['exit 130']);
  drained();
  await eventually('nothing runs any more', () => steps.length === 2);
});

it('exits with the code of the first request to stop', async () => {
  shutdown.begin('the Temporal server is gone', 1);
  shutdown.begin('and again', 0);
  await ended();
  expect(steps).toEqual(['exit 1']);
});
