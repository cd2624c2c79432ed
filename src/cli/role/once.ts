/** One evaluation of one resource, with a worker that runs as long as it takes. */
import { Client } from '@temporalio/client';
import { autoscaledIn, type Autoscaled } from '../../config/autoscaled.js';
import type { Config } from '../../config/config.js';
import { ConfigError } from '../../config/problem.js';
import {
  Interruption,
  OnceEvaluator,
  type OnceOutcome,
  type OnceResult,
} from '../../client/autoscale/evaluate-once.js';
import { connectClient } from '../../client/temporal/connection.js';
import { refuseDemo, type Role } from './role.js';

interface OnceSettings {
  /** Undefined: the only one that is autoscaled. */
  readonly resource: string | undefined;
  /** How long to wait for the evaluation and its change. */
  readonly timeoutMs: number;
  /** How long a change in flight may take to be recorded afterwards. What remains continues on the next worker. */
  readonly shutdownGraceMs: number;
}

export interface OnceAnswer {
  readonly resource: string;
  readonly outcome: OnceOutcome;
  readonly queue_size: number | null;
  readonly current_tasks: number | null;
  readonly new_tasks: number | null;
  readonly reason: string;
  readonly signals: Readonly<Record<string, number | null>>;
  readonly dryRun: boolean;
  readonly runId: string | null;
}

/**
 * Everything that it starts ends with the shutdown of the role, which it does not begin. A shutdown that begins earlier
 * waits for the answer, which then says what may have been requested.
 * @throws ConfigError
 */
export async function evaluateOnce(role: Role, settings: OnceSettings): Promise<OnceAnswer> {
  refuseDemo(role);
  const startedAtMs = Date.now();
  const { config, temporal, shutdown, log } = role;
  const autoscaled = chosen(autoscaledIn(config.resources, config.writing), settings.resource);
  const { resource, revision, limits } = autoscaled;
  log.info({ resource }, 'Evaluating once');
  const connection = connectClient(temporal);
  shutdown.onStop('the connection', () => connection.close());
  const client = new Client({ connection, namespace: temporal.namespace });
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), settings.timeoutMs);
  shutdown.stopping.addEventListener('abort', () => ending.abort(new Interruption()));

  const order = { resource, revision, isDryRun: limits.dryRun, startedAtMs };
  const evaluator = new OnceEvaluator(client, order, ending.signal);
  const result = evaluateWith(evaluator, async () => {
    if (!shutdown.stopping.aborted) await serveOnly(resource, role, { connection, ...settings });
  });
  shutdown.onStop('the answer', () => result.catch(() => undefined));
  return answerOf(autoscaled, await result.finally(() => clearTimeout(timer)));
}

/** A worker would start an autoscaler that does not run. */
async function evaluateWith(evaluator: OnceEvaluator, startWorker: () => Promise<void>): Promise<OnceResult> {
  const wasRunning = await evaluator.isRunning();
  await startWorker();
  return evaluator.evaluate(wasRunning);
}

interface Served extends Pick<OnceSettings, 'shutdownGraceMs'> {
  readonly connection: ReturnType<typeof connectClient>;
}

/** Other resources belong to other calls, or to workers. */
async function serveOnly(resource: string, role: Role, { connection, shutdownGraceMs }: Served): Promise<void> {
  const { config, temporal } = role;
  const select = (all: Config['resources']) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => name === resource));
  const { serveWorker } = await import('./serve-worker.js');
  await serveWorker(role, { resources: select(config.resources), select, temporal, connection, shutdownGraceMs });
}

/** @throws ConfigError */
function chosen(autoscaled: readonly Autoscaled[], name: string | undefined): Autoscaled {
  const found = name === undefined ? autoscaled : autoscaled.filter(({ resource }) => resource === name);
  const [only] = found;
  if (only && found.length === 1) return only;
  const names = autoscaled.map(({ resource }) => resource).join(', ');
  if (names === '') {
    const problem = 'no resource of the configuration is autoscaled';
    throw new ConfigError([{ path: '', problem, fix: 'add autoscale: to a resource' }]);
  }
  const problem = name === undefined ? 'is required: several resources are autoscaled' : `${name} is not autoscaled`;
  throw new ConfigError([{ path: '--resource', problem, fix: `use one of ${names}` }]);
}

function answerOf({ resource, limits }: Autoscaled, { outcome, evaluation, reason, run }: OnceResult): OnceAnswer {
  const samples = evaluation?.samples ?? [];
  const [only] = samples;
  return {
    resource,
    outcome,
    queue_size: only && samples.length === 1 ? only.value : null,
    current_tasks: evaluation?.capacity ?? null,
    new_tasks: evaluation?.target ?? null,
    reason,
    signals: Object.fromEntries(samples.map(({ signal, value }) => [signal, value])),
    dryRun: limits.dryRun,
    runId: run?.runId ?? null,
  };
}

/** `worker: changed; queue_size=300 current_tasks=1 new_tasks=3; perUnit: ...` */
export function inWords(answer: OnceAnswer): string {
  const { resource, outcome, reason, queue_size, current_tasks, new_tasks, dryRun } = answer;
  const numbers = Object.entries({ queue_size, current_tasks, new_tasks }).map(
    ([name, value]) => `${name}=${value ?? 'unknown'}`,
  );
  return `${resource}: ${outcome}${dryRun ? ' (dry run)' : ''}; ${numbers.join(' ')}; ${reason}`;
}
