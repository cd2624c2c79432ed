import { expect, it } from '@jest/globals';
import { SdkComponent } from '@temporalio/common';
import { pino } from 'pino';
import { temporalLogger } from '../../src/worker/sdk.js';

interface Line {
  readonly level: number;
  readonly msg: string;
}

/** What our log writes when the SDK says something. */
function written(say: (logger: ReturnType<typeof temporalLogger>) => void): Line[] {
  const lines: Line[] = [];
  const log = pino({ base: {}, level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line) as Line) });
  say(temporalLogger(log));
  return lines;
}

const levels = pino.levels.values;

it.each([
  ['news of the SDK', SdkComponent.worker, 'info', 'debug'],
  ['news of its core', SdkComponent.core, 'info', 'debug'],
  ['a warning of its core', SdkComponent.core, 'warn', 'warn'],
  ['an error of a worker', SdkComponent.worker, 'error', 'error'],
  ['what a workflow says', SdkComponent.workflow, 'info', 'info'],
  ['what an activity says', SdkComponent.activity, 'warn', 'warn'],
] as const)('writes %s at the right level', (_, sdkComponent, said, level) => {
  expect(written((logger) => void logger[said]('words', { sdkComponent }))).toMatchObject([
    { level: levels[level], msg: 'words', sdkComponent },
  ]);
});

it('writes an error with its stack', () => {
  const meta = { sdkComponent: 'worker', error: new Error('why') };
  const [line] = written((logger) => void logger.error('Worker failed', meta));
  expect(line).toMatchObject({ err: { message: 'why' } });
  expect(JSON.stringify(line)).toContain('logger.test');
});

it('leaves out what only a machine could want of a line of an activity', () => {
  const meta = { sdkComponent: 'activity', workflowId: 'scale:worker', taskToken: 'AAAA', attempt: 2 };
  const [line] = written((logger) => void logger.info('looking', meta));
  expect(line).toMatchObject({ workflowId: 'scale:worker', attempt: 2 });
  expect(line).not.toHaveProperty('taskToken');
});

it('what is below the level of our log is not even put together', () => {
  const log = pino({ level: 'info' }, { write: () => undefined });
  let wasLookedAt = false;
  const meta = {
    get attempt() {
      wasLookedAt = true;
      return 1;
    },
  };
  temporalLogger(log).trace('Heartbeat', meta);
  expect(wasLookedAt).toBe(false);
  temporalLogger(log).warn('Heartbeat is late', meta);
  expect(wasLookedAt).toBe(true);
});
