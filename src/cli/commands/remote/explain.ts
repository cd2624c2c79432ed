/** `escapement explain`: the chain from the samples to the target, as lines. */
import type { Command } from 'commander';
import type { AutoscaleAnswer, EvaluationAnswer } from '../../../api/autoscale/answers.js';
import { type RemoteOptions, remoteCommand, withEscapement } from '../../remote/connect.js';
import { clock, type OutputOptions, print, styled, untilText, withOutput } from '../../remote/output.js';
import { columns, prose } from '../../terminal.js';

export function explainCommand(): Command {
  return withOutput(remoteCommand('explain'))
    .summary('explain the last decision of the policies')
    .description(
      prose(`
Draws the last evaluation of an autoscaled resource, whether it was acted on or not: the samples, what each policy
recommended, each limit that changed the number, and what is done about it.`),
    )
    .argument('<resource>', 'the name of the resource')
    .action((resource: string, options: RemoteOptions & OutputOptions) =>
      withEscapement(options, async (client) => {
        const answer = await client.evaluation(resource);
        print(answer, options, () => drawn(answer));
      }),
    );
}

/** The last evaluation, and what is paused or overridden. */
export function drawn({ resource, evaluation, notice, problem, pause, override }: AutoscaleAnswer): string {
  const standing = [
    ...(notice === null ? [] : [`! ${notice}`]),
    ...(problem === null ? [] : [`! ${problem.message}, since ${clock(problem.since)}`]),
    ...(pause === null ? [] : [`paused ${directionText(pause.direction)}${untilText(pause.until)}`]),
    ...(override === null ? [] : [`overridden to ${override.capacity}${untilText(override.until)}`]),
  ].map((line) => styled('yellow', line));
  if (evaluation === null) return [`${resource}: not evaluated yet.`, ...standing].join('\n');
  const head = styled('bold', `${resource} at ${clock(evaluation.at)}: ${evaluation.reason}`);
  return [head, ...standing, ...chain(evaluation)].join('\n');
}

/** Each stage stands under the one that it follows from. */
function chain({ samples, policies, recommended, limits, target, asked, next }: EvaluationAnswer): string[] {
  return [
    'signals',
    ...branches(
      samples.map(({ signal, value, ageSeconds, failure, note }) => [
        signal,
        value === null ? 'no data' : String(value),
        [ageSeconds === null ? '' : `${Math.round(ageSeconds)} s old`, failure?.message ?? '', note ?? '']
          .filter((part) => part !== '')
          .join('; '),
      ]),
    ),
    '  ↓',
    'policies',
    ...branches(
      policies.map(({ policy, recommended: wanted, floor, ceiling, reason }) => [
        policy,
        [
          ...(wanted === null ? [] : [`→ ${wanted}`]),
          ...(floor === null ? [] : [`at least ${floor}`]),
          ...(ceiling === null ? [] : [`at most ${ceiling}`]),
        ].join(', ') || 'none',
        reason,
      ]),
    ),
    '  ↓',
    `recommended ${recommended}`,
    ...branches(limits.map(({ by, from, to, reason }) => [by, `${from} → ${to}`, reason])),
    '  ↓',
    styled('bold', `target ${target}`) + (target === asked ? `, as it is` : `, from ${asked}`),
    ...(next === null
      ? []
      : [
          `next change to ${next.capacity} at ${clock(next.notBefore)} at the earliest, ${target} at ${clock(next.reachedAt)}`,
        ]),
  ];
}

function branches(rows: readonly (readonly string[])[]): string[] {
  return columns(rows).map((line, index) => `  ${index === rows.length - 1 ? '└' : '├'} ${line}`);
}

function directionText(direction: 'both' | 'up' | 'down'): string {
  return direction === 'both' ? 'in both directions' : direction;
}
