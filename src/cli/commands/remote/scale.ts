/** `escapement scale`, `retarget` and `cancel`: a capacity on request. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { AcceptedAnswer, ResourceAnswer } from '../../../api/scale/answers.js';
import type { PreviewAnswer } from '../../../api/preview/answers.js';
import type { ScaleRequestBody } from '../../../domain/scale/request.js';
import type { EscapementClient } from '../../../library/client.js';
import { duration } from '../../arguments.js';
import { type RemoteOptions, remoteCommand, withEscapement } from '../../remote/connect.js';
import { clock, type OutputOptions, print, withOutput } from '../../remote/output.js';
import { exitCodes, prose } from '../../terminal.js';

interface Options extends RemoteOptions, OutputOptions {
  readonly reason?: string;
  readonly key?: string;
  readonly preview?: true;
  readonly wait?: true;
  readonly timeout?: number;
}

export function scaleCommand(): Command {
  return requestCommand('scale')
    .summary('request a capacity')
    .description(
      prose(`
Requests a capacity of a resource: 5, or +2 or -2 from where it is going. A run in progress goes to the new target. When
the command ends, the request is durable, and a lost connection has made it neither twice nor not at all.

Exit code 0: accepted, or reached with --wait; 1: failed, or not reached in time; 2: the request is invalid; 4: refused,
for example because it is outside [min, max].`),
    )
    .action((resource: string, target: ScaleRequestBody, options: Options) =>
      withEscapement(options, (client) => request(client, resource, target, options)),
    );
}

export function retargetCommand(): Command {
  return requestCommand('retarget')
    .summary('send the run in progress to another capacity')
    .description(
      prose(`
Sends the scale run in progress to another target, and starts none. The cooldown of the run is kept. escapement scale does
the same where a run is in progress, and starts one otherwise.

Exit codes: as for escapement scale; 4 also if no run is in progress.`),
    )
    .action((resource: string, target: ScaleRequestBody, options: Options) =>
      withEscapement(options, async (client) => {
        const { outcome } = await client.preview(resource, target);
        if (outcome !== 'started') return request(client, resource, target, options);
        console.error(`${resource} has no run in progress. Start one: escapement scale ${resource} ...`);
        process.exitCode = exitCodes.refused;
      }),
    );
}

export function cancelCommand(): Command {
  return withOutput(remoteCommand('cancel'))
    .summary('stop the run in progress')
    .description(
      prose(`
Stops the scale run of a resource. It sends no further change, confirms a change in flight, and keeps its cooldown. If
nothing is in progress, the exit code is 4.`),
    )
    .argument('<resource>', 'the name of the resource')
    .action((resource: string, options: RemoteOptions & OutputOptions) =>
      withEscapement(options, async (client) => {
        const answer = await client.cancel(resource);
        print(answer, options, () => `${resource}: the run is being cancelled. No further change will be sent.`);
      }),
    );
}

function requestCommand(name: string): Command {
  return withOutput(remoteCommand(name))
    .argument('<resource>', 'the name of the resource')
    .argument('<target>', 'the capacity: 5, +2 or -2', wish)
    .option('--reason <text>', 'why; the status and the history of the run show it')
    .option('--key <key>', 'idempotency key: the same for every attempt of one request (default: a new one)')
    .option('--preview', 'print what the request would do, and send nothing')
    .option('--wait', 'wait until the capacity is reached')
    .option('--timeout <duration>', 'end --wait after this time; the run continues', duration);
}

function wish(text: string): ScaleRequestBody {
  const [, sign, digits = ''] = /^([+-]?)(\d+)$/.exec(text) ?? [];
  const units = Number(digits);
  if (digits === '' || (sign !== '' && units === 0)) {
    throw new InvalidArgumentError('Write a capacity such as 5, or a change such as +2 or -2.');
  }
  if (sign === '+') return { add: units };
  return sign === '-' ? { remove: units } : { targetCapacity: units };
}

async function request(
  client: EscapementClient,
  resource: string,
  target: ScaleRequestBody,
  options: Options,
): Promise<void> {
  const body = { ...target, ...(options.reason !== undefined && { reason: options.reason }) };
  if (options.preview) {
    printPreview(await client.preview(resource, body), options);
    return;
  }
  const idempotencyKey = options.key ?? randomUUID();
  const accepted = await client.scale(resource, body, { idempotencyKey });
  if (!options.wait) {
    print(accepted, options, () => inWords(accepted));
    return;
  }
  const timeout = options.timeout === undefined ? undefined : AbortSignal.timeout(options.timeout);
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, ...(timeout ? [timeout] : [])]);
  void showProgress(client, resource, signal);
  try {
    const reached = await client.scaleAndWait(resource, body, { idempotencyKey, signal });
    print(reached, options, () => `${resource}: ${reached.observed?.capacity ?? ''} is reached.`);
  } catch (error) {
    if (!timeout?.aborted) throw error;
    console.error(`${resource} has not reached the target in time. The run continues: escapement status ${resource}`);
    process.exitCode = exitCodes.failed;
  } finally {
    ended.abort();
  }
}

function inWords({ resource, targetCapacity, outcome, notice }: AcceptedAnswer): string {
  const words = {
    started: `${resource}: a run to ${targetCapacity ?? ''} has started.`,
    retargeted: `${resource}: the run in progress now goes to ${targetCapacity ?? ''}.`,
    unchanged: `${resource}: the run in progress already goes to ${targetCapacity ?? ''}.`,
    accepted: `${resource}: the request is durable. ${notice ?? 'No worker has answered yet.'}`,
  };
  return words[outcome];
}

function printPreview(preview: PreviewAnswer, options: OutputOptions): void {
  print(preview, options, () =>
    [preview.sentence, ...preview.warnings.map((warning) => `Note: ${warning}`), 'Nothing was sent.'].join('\n'),
  );
  if (preview.outcome === 'refused') process.exitCode = exitCodes.refused;
}

const progressEveryMs = 1000;

/** One line on standard error for each step, so that standard output has the answer alone. */
async function showProgress(client: EscapementClient, resource: string, signal: AbortSignal): Promise<void> {
  let shown = '';
  while (!signal.aborted) {
    const line = await client.status(resource, { signal }).then(progress, () => shown);
    if (line !== shown) console.error(line);
    shown = line;
    await setTimeout(progressEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

function progress({ resource, phase, observed, targetCapacity, cooldownUntil, notice }: ResourceAnswer): string {
  const isUp = targetCapacity !== null && observed !== null && targetCapacity > observed.capacity;
  const waitsUntil = isUp ? cooldownUntil.up : cooldownUntil.down;
  const next = phase === 'coolingDown' && waitsUntil !== null ? `, next change at ${clock(waitsUntil)}` : '';
  if (notice !== null) return notice;
  if (observed === null) return `${resource}: ${phase}, target ${targetCapacity ?? 'not known yet'}`;
  return `${resource}: ${observed.capacity} of ${targetCapacity ?? '?'}, ${phase}${next}`;
}
