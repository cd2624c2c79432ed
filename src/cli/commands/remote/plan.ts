/** `escapement plan` and `plans`: several resources scaled in order, and back again if a step fails. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { Command, Option } from 'commander';
import type { PlanAnswer } from '../../../api/plan/answers.js';
import type { PlanBody } from '../../../api/plan/request-body.js';
import type { PreviewAnswer } from '../../../api/preview/answers.js';
import { readYaml } from '../../../config/file/yaml-file.js';
import { ConfigError } from '../../../config/problem.js';
import { moveText } from '../../../domain/plan/sentence.js';
import type { EscapementClient } from '../../../library/client.js';
import { count, duration } from '../../arguments.js';
import { type RemoteOptions, remoteCommand, withEscapement } from '../../remote/connect.js';
import { clock, type OutputOptions, print, table, withOutput } from '../../remote/output.js';
import { exitCodes, prose } from '../../terminal.js';

interface PlanOptions extends RemoteOptions, OutputOptions {
  readonly key?: string;
  readonly preview?: true;
  readonly wait?: true;
  readonly timeout?: number;
}

export function planCommand(): Command {
  return withOutput(remoteCommand('plan'))
    .summary('scale several resources in order')
    .description(
      prose(`
Scales several resources in order: each step begins when the step before it is at its target. If a step fails, the steps
before it are undone in reverse order. The plan runs in Temporal: when the command ends, it is durable.

Exit code 0: started, or reached with --wait; 1: failed, cancelled, or not ended in time; 2: the file is invalid or names an
unknown resource; 4: refused, because a target is outside [min, max] or the key belongs to another plan.`),
    )
    .argument('<file>', 'the plan as YAML or JSON; - reads stdin')
    .option('--key <key>', 'ID of the plan, and its idempotency key (default: a new one)')
    .option('--preview', 'print what each request would do now, and send nothing')
    .option('--wait', 'wait until the plan has ended')
    .option('--timeout <duration>', 'end --wait after this time; the plan continues', duration)
    .addHelpText(
      'after',
      `
A plan:
  steps:
    - { resource: db, target: 3 }
    - together:
        - { resource: api, target: 10 }
        - { resource: web, target: 4 }
  timeout: 30m      # of each step; default 1h`,
    )
    .action(async (file: string, options: PlanOptions) => {
      const body = await readPlan(file);
      await withEscapement(options, (client) =>
        options.preview ? preview(client, body, options) : start(client, body, options),
      );
    });
}

interface PlansOptions extends RemoteOptions, OutputOptions {
  readonly limit: number;
  readonly cancel?: true;
  readonly keep?: true;
}

export function plansCommand(): Command {
  return withOutput(remoteCommand('plans'))
    .summary('list plans, or show or cancel one')
    .description(
      prose(`
Lists the plans, newest first. With an ID, shows one plan and what became of each resource. With --cancel, stops it and
undoes what it did; the exit code is 4 if it has ended already.`),
    )
    .argument('[id]', 'the ID of a plan')
    .option('--limit <n>', 'how many, at most 100', count, 20)
    .option('--cancel', 'stop the plan, and undo its steps in reverse order')
    .addOption(new Option('--keep', 'with --cancel: undo nothing; a resource on its way goes on to its target'))
    .action((id: string | undefined, options: PlansOptions, command: Command) => {
      if (id === undefined && options.cancel) command.error('error: write the ID of the plan to cancel');
      if (options.keep && !options.cancel) command.error('error: write --keep together with --cancel');
      return withEscapement(options, (client) => (id === undefined ? list(client, options) : one(client, id, options)));
    });
}

/** Its fields are checked by the API. */
async function readPlan(file: string): Promise<PlanBody> {
  const written = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8').catch(unreadable(file));
  const read = readYaml(written, file === '-' ? 'stdin' : file);
  if (!('value' in read)) throw new ConfigError(read);
  if (typeof read.value === 'object' && read.value !== null) return read.value as PlanBody;
  throw new ConfigError([{ file, path: '', problem: 'it is not a plan', fix: 'write steps: with a list' }]);
}

function unreadable(file: string) {
  return (error: unknown): never => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ file, path: '', problem: `it cannot be read (${reason})`, fix: 'check its name' }]);
  };
}

/** Each request on its own, from what is known now: the API checks the targets in the same way. */
async function preview(client: EscapementClient, { steps }: PlanBody, options: OutputOptions): Promise<void> {
  const previews: (PreviewAnswer & { readonly step: number })[] = [];
  for (const [index, step] of steps.entries()) {
    for (const { resource = '', target = 0 } of step.together ?? [step]) {
      previews.push({ step: index + 1, ...(await client.preview(resource, { targetCapacity: target })) });
    }
  }
  print({ steps: previews }, options, () =>
    [
      ...previews.flatMap(({ step, resource, sentence, warnings }) => [
        `Step ${step}, ${resource}: ${sentence}`,
        ...warnings.map((warning) => `  Note: ${warning}`),
      ]),
      'Nothing was sent.',
    ].join('\n'),
  );
  if (previews.some(({ outcome }) => outcome === 'refused')) process.exitCode = exitCodes.refused;
}

async function start(client: EscapementClient, body: PlanBody, options: PlanOptions): Promise<void> {
  const started = await client.startPlan(body, { idempotencyKey: options.key ?? randomUUID() });
  for (const warning of started.warnings) console.error(`Note: ${warning}`);
  if (!options.wait) {
    print(started, options, () => `The plan ${started.id} has started: escapement plans ${started.id}`);
    return;
  }
  const ended = await untilEnded(client, started, options.timeout);
  if (ended.closedAt === null) {
    console.error(`The plan has not ended in time. It continues: escapement plans ${ended.id}`);
  } else print(ended, options, () => ended.sentence);
  if (ended.phase !== 'reached') process.exitCode = exitCodes.failed;
}

const lookEveryMs = 1000;

/** One line on standard error for each change, so that standard output has the answer alone. */
async function untilEnded(client: EscapementClient, started: PlanAnswer, timeoutMs = Infinity): Promise<PlanAnswer> {
  const endMs = performance.now() + timeoutMs;
  const shown = new Set<string>();
  let plan = started;
  for (;;) {
    for (const line of progress(plan).filter((each) => !shown.has(each))) {
      console.error(line);
      shown.add(line);
    }
    if (plan.closedAt !== null || performance.now() >= endMs) return plan;
    await setTimeout(lookEveryMs);
    plan = await client.plan(plan.id);
  }
}

function progress({ steps }: PlanAnswer): string[] {
  return steps.flatMap(({ moves }, index) =>
    moves
      .filter(({ phase }) => phase !== 'waiting')
      .flatMap((move) => {
        const forth = `step ${index + 1}: ${moveText(move)}`;
        return move.undo ? [forth, `undo of step ${index + 1}: ${undoText(move)}`] : [forth];
      }),
  );
}

type Move = PlanAnswer['steps'][number]['moves'][number];

function undoText({ resource, undo }: Move): string {
  if (!undo) return '';
  return `${resource} -> ${undo.to}: ${undo.phase}${undo.reason === null ? '' : `, ${undo.reason}`}`;
}

async function list(client: EscapementClient, options: PlansOptions): Promise<void> {
  const answer = await client.plans(options.limit);
  print(answer, options, () => {
    if (answer.plans.length === 0) return 'There are no plans yet.';
    const rows = answer.plans.map(({ id, phase, requestedAt, closedAt, steps }) => [
      id,
      phase,
      clock(requestedAt),
      clock(closedAt),
      steps.flatMap(({ moves }) => moves.map(({ resource, target }) => `${resource} ${target}`)).join(', '),
    ]);
    return table(['ID', 'PHASE', 'REQUESTED', 'ENDED', 'TARGETS'], rows);
  });
}

async function one(client: EscapementClient, id: string, options: PlansOptions): Promise<void> {
  if (options.cancel) {
    const undo = options.keep === undefined;
    const answer = await client.cancelPlan(id, { undo });
    print(
      answer,
      options,
      () => `The plan ${id} is being cancelled. ${undo ? 'It undoes its steps.' : 'Nothing is undone.'}`,
    );
    return;
  }
  const plan = await client.plan(id);
  print(plan, options, () => planTable(plan));
}

function planTable({ sentence, steps, warnings }: PlanAnswer): string {
  const rows = steps.flatMap(({ moves }, index) =>
    moves.map(({ resource, before, target, phase, undo }) => [
      String(index + 1),
      resource,
      String(before ?? ''),
      String(target),
      phase,
      undo ? `${undo.phase} (${undo.to})` : '',
    ]),
  );
  const notes = warnings.map((warning) => `Note: ${warning}`);
  return [table(['STEP', 'RESOURCE', 'BEFORE', 'TARGET', 'PHASE', 'UNDO'], rows), '', sentence, ...notes].join('\n');
}
