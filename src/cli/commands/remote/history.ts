/** `escapement runs` and `escapement decisions`: what was done, and what the policies wanted. */
import type { Command } from 'commander';
import type { DecisionsAnswer } from '../../../api/autoscale/answers.js';
import type { RunsAnswer } from '../../../api/scale/answers.js';
import { count } from '../../arguments.js';
import { type RemoteOptions, remoteCommand, withEscapement } from '../../remote/connect.js';
import { clock, type OutputOptions, print, table, withOutput } from '../../remote/output.js';

interface Options extends RemoteOptions, OutputOptions {
  readonly limit: number;
}

export function runsCommand(): Command {
  return withOutput(remoteCommand('runs'))
    .summary('list the scale runs of a resource, newest first')
    .description('Lists the scale runs of a resource, newest first: each is one workflow in the Temporal Web UI.')
    .argument('<resource>', 'the name of the resource')
    .option('--limit <n>', 'how many, at most 100', count, 20)
    .action((resource: string, options: Options) =>
      withEscapement(options, async (client) => {
        const answer = await client.runs(resource, options.limit);
        print(answer, options, (isWide) => runsTable(answer, isWide));
      }),
    );
}

export function decisionsCommand(): Command {
  return withOutput(remoteCommand('decisions'))
    .summary('list the decisions of the policies, newest first')
    .description('Lists the evaluations of an autoscaled resource that were acted on, newest first.')
    .argument('<resource>', 'the name of the resource')
    .option('--limit <n>', 'how many, at most 500', count, 20)
    .action((resource: string, options: Options) =>
      withEscapement(options, async (client) => {
        const answer = await client.decisions(resource, options.limit);
        print(answer, options, (isWide) => decisionsTable(answer, isWide));
      }),
    );
}

function runsTable({ resource, runs }: RunsAnswer, isWide: boolean): string {
  if (runs.length === 0) return `${resource} has no runs yet.`;
  const head = [
    'STARTED',
    'ENDED',
    'OUTCOME',
    'TARGET',
    'CAPACITY',
    'STEPS',
    'REASON',
    ...(isWide ? ['ERROR', 'RUN'] : []),
  ];
  const rows = runs.map((run) => [
    clock(run.startedAt),
    clock(run.closedAt),
    run.outcome,
    String(run.targetCapacity ?? ''),
    String(run.capacity ?? ''),
    String(run.stepsMade ?? ''),
    run.reason ?? '',
    ...(isWide ? [run.lastError ?? '', run.runId] : []),
  ]);
  return table(head, rows);
}

function decisionsTable({ resource, decisions }: DecisionsAnswer, isWide: boolean): string {
  if (decisions.length === 0) return `${resource}: no decision was acted on yet.`;
  const head = ['AT', 'FROM', 'TO', 'SIGNALS', 'REASON', ...(isWide ? ['RUN'] : [])];
  const rows = decisions.map(({ evaluation, runId, refused }) => [
    clock(evaluation.at),
    String(evaluation.asked),
    String(evaluation.target),
    evaluation.samples.map(({ signal, value }) => `${signal}=${value ?? 'no data'}`).join(' '),
    refused === null ? evaluation.reason : `refused: ${refused}`,
    ...(isWide ? [runId ?? ''] : []),
  ]);
  return table(head, rows);
}
