/** `escapement evaluate`: an evaluation now, by the running autoscaler, or with --once by this process. */
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { ConfigError } from '../../../config/problem.js';
import { parseDuration } from '../../../domain/written/duration.js';
import type { AutoscaleAnswer } from '../../../api/autoscale/answers.js';
import type { EscapementClient } from '../../../library/client.js';
import { type RemoteOptions, remoteCommand, withEscapement } from '../../remote/connect.js';
import { type OutputOptions, print, withOutput } from '../../remote/output.js';
import { exitCodes, prose } from '../../terminal.js';
import { drawn } from './explain.js';

interface Options extends RemoteOptions, OutputOptions {
  readonly once?: true;
  readonly resource?: string;
  readonly event?: string;
  readonly timeout: string;
  readonly detailedExitCode?: true;
}

export function evaluateCommand(): Command {
  return withOutput(remoteCommand('evaluate'))
    .summary('evaluate the policies of a resource now')
    .description(
      prose(`
Asks the running autoscaler of a resource for an evaluation now, instead of at the end of its interval, waits for it, and
explains it as escapement explain does. If the capacity should change, the autoscaler requests the change as usual. The
request is durable: without a worker, the evaluation is made as soon as one runs.

Exit code without --once: 0: evaluated; 1: failed, or not evaluated within --timeout; 2: the resource does not exist or is
not autoscaled; 4: its autoscaler does not run.

With --once, this process is the worker while it runs: it reads the signals of one resource, decides, requests the change
if one is necessary, waits until it has been sent and confirmed, and ends. This is for a cron job or a function that is
started once a minute, where no worker runs all the time. Where workers run, they evaluate by themselves, and --once only
requests one more evaluation.

Temporal must run and stores everything between two calls of --once: the state of the policies, cooldowns, and each change
with its outcome. So a call that is killed, or that runs beside another call, sends no change twice; the next call
continues what is left, such as a further step after the cooldown. Temporal: TEMPORAL_ADDRESS and so on, as for escapement
worker. The log goes to standard error.

--once prints queue_size (the signal; null where there are several), current_tasks (the capacity), new_tasks (the target),
the outcome and the reason; with --json { resource, outcome, queue_size, current_tasks, new_tasks, reason, signals, dryRun,
runId }. Outcomes: changed, unchanged, waiting (the scale run waits for a cooldown, or for units that are starting),
refused, failed.

Exit code with --once: 0: changed, unchanged or waiting; 1: failed, for example because a platform did not answer, or
interrupted by a signal, which may leave a change that was requested to the next call; 2: the configuration is invalid; 4:
refused. With --detailed-exit-code, 3: unchanged or waiting.`),
    )
    .argument('[resource]', 'the name of the resource; with --once, use --resource')
    .option('--timeout <duration>', 'how long to wait for the evaluation, and with --once for its change', '60s')
    .option('--once', 'evaluate in this process, without a worker, and end')
    .option('--resource <name>', 'with --once: the resource (default: the only one that is autoscaled)')
    .option(
      '--event <file>',
      'with --once: an event of the ECS fast autoscaler, as JSON: its settings apply instead of the environment variables of the same settings',
    )
    .option('--detailed-exit-code', 'with --once: exit with 3 when no change was sent')
    .action(evaluate);
}

async function evaluate(resource: string | undefined, options: Options, command: Command): Promise<void> {
  if (options.once) {
    const needless = [resource, options.server, options.profile, options.temporal].some((given) => given !== undefined);
    if (needless)
      command.error('error: --once takes no argument and no --server, --profile or --temporal; use --resource');
    // Loaded only here: the code of a worker.
    const { runEvaluationOnce } = await import('../../role/evaluate-once.js');
    await runEvaluationOnce({ ...options, timeoutMs: timeoutOf(options) });
    return;
  }
  const isForOnce = [options.resource, options.event, options.detailedExitCode].some((given) => given !== undefined);
  if (isForOnce) command.error('error: --resource, --event and --detailed-exit-code are for --once');
  if (resource === undefined) return command.error('error: write the name of a resource, or --once');
  const timeoutMs = timeoutOf(options);
  await withEscapement(options, (client) => evaluateNow(client, resource, timeoutMs, options));
}

function timeoutOf({ timeout }: Options): number {
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs !== undefined) return timeoutMs;
  throw new ConfigError([{ path: '--timeout', problem: 'is not a duration', fix: 'write 60s, for example' }]);
}

const lookEveryMs = 500;

async function evaluateNow(
  client: EscapementClient,
  resource: string,
  timeoutMs: number,
  output: OutputOptions,
): Promise<void> {
  const before = await client.evaluation(resource);
  await client.evaluate(resource);
  const deadlineMs = performance.now() + timeoutMs;
  let answer = before;
  // Heartbeats may be some seconds late. Where the interval is shorter, this may be an evaluation just before the request.
  while (answer.evaluation === null || answer.evaluation.at === before.evaluation?.at) {
    if (performance.now() > deadlineMs) {
      console.error(notEvaluated(answer));
      process.exitCode = exitCodes.failed;
      return;
    }
    await setTimeout(lookEveryMs);
    answer = await client.evaluation(resource);
  }
  const evaluated = answer;
  print(evaluated, output, () => drawn(evaluated));
}

function notEvaluated({ resource, notice, problem }: AutoscaleAnswer): string {
  const why = problem?.message ?? notice;
  return `${resource} has not been evaluated in time; the request remains.${why === null ? '' : ` ${why}`}`;
}
