/** `escapement evaluate --once`: one evaluation, for a cron job or a function that is started per evaluation. */
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { variablesOfEvent } from '../../config/environment/event-payload.js';
import { ConfigError, fileErrorCode } from '../../config/problem.js';
import type { OnceOutcome } from '../../client/autoscale/evaluate-once.js';
import { parseDuration } from '../../domain/written/duration.js';
import { evaluateOnce, inWords } from '../role/once.js';
import { runRole, type Role } from '../role/role.js';
import { exitCodes, prose } from '../terminal.js';

/** A change in flight may take this long to be recorded. What remains continues on the next worker. */
const shutdownGraceMs = 10_000;
const deadlineMs = 18_000;

interface Options {
  readonly once: true;
  readonly resource?: string;
  readonly event?: string;
  readonly timeout: string;
  readonly detailedExitCode?: true;
  readonly json?: true;
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .summary('evaluate one resource once, scale it if necessary, and end')
    .description(
      prose(`
Reads the signals of one resource, decides, requests the change if one is necessary, waits until it has been sent and
confirmed, and ends. For a cron job or a function that is started once a minute, where no worker runs all the time: this
process is the worker while it runs. Where workers run, they evaluate by themselves, and this command only asks for one
more evaluation.

Temporal must run and stores everything between two calls: the state of the policies, cooldowns, and each change with its
outcome. So a call that is killed, or that runs beside another call, sends no change twice; the next call continues what
is left, such as a further step after the cooldown. Temporal: TEMPORAL_ADDRESS and so on, as for escapement worker. The log
goes to standard error.

It prints queue_size (the signal; null where there are several), current_tasks (the capacity), new_tasks (the target), the
outcome and the reason. Outcomes: changed, unchanged, waiting (the scale run waits for a cooldown, or for units that are
starting), refused, failed.

Exit code 0: changed, unchanged or waiting; 1: failed, for example because a platform did not answer, or interrupted by a
signal, which may leave a change that was requested to the next call; 2: the configuration is invalid; 4: refused. With
--detailed-exit-code, 3: unchanged or waiting.`),
    )
    .requiredOption('--once', 'evaluate once and end')
    .option('--resource <name>', 'the resource (default: the only one that is autoscaled)')
    .option(
      '--event <file>',
      'an event of the ECS fast autoscaler, as JSON: its settings apply instead of the environment variables of the same settings',
    )
    .option('--timeout <duration>', 'how long to wait for the evaluation and its change', '60s')
    .option('--detailed-exit-code', 'exit with 3 when no change was sent')
    .option(
      '--json',
      'print the result as JSON: { resource, outcome, queue_size, current_tasks, new_tasks, reason, signals, dryRun, runId }',
    )
    .action(async (options: Options) => {
      if (options.event !== undefined) Object.assign(process.env, await readEvent(options.event));
      await runRole((role) => evaluate(role, options), {
        deadlineMs,
        logTo: process.stderr,
        signalExitCode: exitCodes.failed,
      });
    });
}

/** @throws ConfigError */
async function readEvent(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const problem = `cannot be read (${fileErrorCode(error)})`;
    throw new ConfigError([{ file, path: '', problem, fix: 'check the path and the permissions of the file' }]);
  });
  return variablesOfEvent(text, file, process.env);
}

async function evaluate(role: Role, options: Options): Promise<void> {
  const timeoutMs = parseDuration(options.timeout);
  if (timeoutMs === undefined) {
    throw new ConfigError([{ path: '--timeout', problem: 'is not a duration', fix: 'write 60s, for example' }]);
  }
  const { config, shutdown } = role;
  if (options.event !== undefined && config.source === 'file') {
    const problem = `has no effect, because ${config.file ?? ''} is read`;
    throw new ConfigError([{ path: '--event', problem, fix: 'leave out --event, or remove the file' }]);
  }
  const answer = await evaluateOnce(role, { resource: options.resource, timeoutMs, shutdownGraceMs });
  console.log(options.json ? JSON.stringify(answer) : inWords(answer));
  shutdown.begin('The evaluation has ended', exitCodeOf(answer.outcome, options));
}

function exitCodeOf(outcome: OnceOutcome, { detailedExitCode }: Options): number {
  switch (outcome) {
    case 'changed':
      return 0;
    case 'unchanged':
    case 'waiting':
      return detailedExitCode ? exitCodes.noChange : 0;
    case 'refused':
      return exitCodes.refused;
    case 'failed':
      return exitCodes.failed;
  }
}
