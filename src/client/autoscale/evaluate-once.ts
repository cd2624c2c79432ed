/**
 * One evaluation on request, and what became of it. The autoscaler evaluates and requests the change, as always: this
 * client only waits. So nothing is sent twice if it ends early, and the next call continues from what Temporal stores.
 */
import type { Client } from '@temporalio/client';
import type { Evaluation } from '../../domain/autoscale/evaluation.js';
import { placeOf, type Revision } from '../../domain/autoscale/revision.js';
import type { Decision } from '../../../workflows/autoscale/messages.js';
import { isFinished, RunReader, type RunView } from '../scale/runs.js';
import { isTemporalTrouble } from '../temporal/grpc-status.js';
import { pollTemporal } from '../temporal/poll.js';
import { AutoscaleClient } from './client.js';
import { AutoscaleReader } from './reader.js';
import { standing } from './standing.js';

export interface OnceOrder {
  readonly resource: string;
  /** The configuration that this process has. */
  readonly revision: Revision;
  readonly isDryRun: boolean;
  /** When the process started, by its own clock: later changes count as those of this call. */
  readonly startedAtMs: number;
}

export interface OnceResult {
  readonly outcome: OnceOutcome;
  /** Null where there was no evaluation. */
  readonly evaluation: Evaluation | null;
  /** Why, in one sentence. */
  readonly reason: string;
  /** The scale run that is open, or was the last one. */
  readonly run: RunView | undefined;
}

export type OnceOutcome =
  /** A change was sent. */
  | 'changed'
  /** A scale run has work left, which a later call or a worker continues: a cooldown, or units that are starting. */
  | 'waiting'
  | 'unchanged'
  /** The scale run refused the request, the platform refused the change, or the autoscaler was removed. */
  | 'refused'
  | 'failed';

/** The reason of a signal that aborts because the process must end, and not because the time of the call is over. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
}

const longestPauseMs = 1000;

export class OnceEvaluator {
  readonly #autoscales: AutoscaleClient;
  readonly #reader: AutoscaleReader;
  readonly #runs: RunReader;

  /** @param signal ends every wait: the result then says what is known. */
  constructor(
    client: Client,
    private readonly order: OnceOrder,
    private readonly signal: AbortSignal,
  ) {
    this.#autoscales = new AutoscaleClient(client);
    this.#reader = new AutoscaleReader(client);
    this.#runs = new RunReader(client);
  }

  /**
   * Whether an autoscaler runs. To be called before a worker starts, which would start an autoscaler. Undefined where
   * Temporal does not answer.
   */
  async isRunning(): Promise<boolean | undefined> {
    return this.#poll(async () => (await this.#autoscales.find(this.order.resource))?.isOpen ?? false);
  }

  /**
   * Waits for an evaluation by the configuration in force, and then until its change has been sent and confirmed.
   * @param wasRunning the answer of `isRunning`. A new autoscaler evaluates without a message.
   */
  async evaluate(wasRunning: boolean | undefined): Promise<OnceResult> {
    if (wasRunning === undefined) return this.#endedBefore();
    const { startedAtMs } = this.order;
    const refused = await this.#poll(() => this.#inForce());
    if (refused === undefined) return this.#endedEarly('no worker put the configuration in force', startedAtMs);
    if (refused !== null) return { outcome: 'refused', evaluation: null, reason: refused, run: undefined };

    const before = wasRunning ? await this.#evaluatedBefore() : [];
    const sinceMs = Math.max(...(before.length > 0 ? before : [startedAtMs]));
    if (wasRunning) await this.#autoscales.evaluate(this.order.resource);
    const seen = await this.#poll(() => this.#evaluationAfter(before));
    if (seen === undefined) return this.#endedEarly('the autoscaler did not evaluate', sinceMs);
    if ('problem' in seen) return failed(null, seen.problem);

    const decided = await this.#poll(() => this.#decisionOn(seen.evaluation));
    if (decided === undefined) {
      return this.#endedEarly('the scale request was not answered', sinceMs, seen.evaluation);
    }
    const isRefused = decided.decision?.refused !== undefined;
    const rested = isRefused ? undefined : await this.#poll(() => this.#restingRun(decided));
    const run = rested?.run ?? (await ifAnswered(this.#runs.newest(this.order.resource)));
    if (!rested && !isRefused && decided.decision && this.#isInterrupted) {
      return this.#endedAfter(decided.evaluation, run);
    }
    return this.#resultOf(decided, run);
  }

  /** Null when the configuration is in force, or a newer one is; undefined while it is not. */
  async #inForce(): Promise<string | null | undefined> {
    const stands = standing(this.order.revision, await this.#autoscales.find(this.order.resource));
    switch (stands.is) {
      case 'same':
      case 'older':
        return null;
      case 'removed':
        return `the autoscaler was removed by ${placeOf(stands.by)}, after this configuration was written; run escapement apply to start it`;
      case 'new':
      case 'newer':
      case 'ended':
        return undefined;
    }
  }

  /** The times of all evaluations that the view may show before there is a new one. Clocks of workers may differ. */
  async #evaluatedBefore(): Promise<readonly number[]> {
    const { resource } = this.order;
    const view = await this.#reader.view(resource);
    const decided = await this.#reader.lastDecided(resource);
    return [view?.progress?.evaluation, decided?.evaluation].flatMap((evaluation) => evaluation?.atMs ?? []);
  }

  async #evaluationAfter(before: readonly number[]): Promise<Seen | undefined> {
    const progress = (await this.#reader.view(this.order.resource))?.progress;
    if (!progress) return undefined;
    const { evaluation, problem } = progress;
    if (evaluation && !before.includes(evaluation.atMs)) return { evaluation };
    // A problem of an earlier watch may still be in its last heartbeat.
    if (problem && problem.sinceMs >= this.order.startedAtMs) return { problem: problem.message };
    return undefined;
  }

  /** The request that followed the evaluation, or a newer one; no decision where nothing had to be requested. */
  async #decisionOn(first: Evaluation): Promise<Decided | undefined> {
    const { resource } = this.order;
    const view = await this.#reader.view(resource);
    const newest = view?.progress?.evaluation;
    const evaluation = newest && newest.atMs > first.atMs ? newest : first;
    const [decision] = (await this.#reader.decisions(resource, 1)) ?? [];
    if (decision && decision.evaluation.atMs >= first.atMs) {
      return isAnswered(decision) ? { evaluation: decision.evaluation, decision } : undefined;
    }
    if (evaluation.target === (evaluation.asked ?? evaluation.capacity)) return { evaluation };
    // A dry run requests the same target only once.
    if (this.order.isDryRun && decision?.evaluation.target === evaluation.target) return { evaluation };
    return undefined;
  }

  /** The newest run, once it neither sends a change nor waits for the effect of one. */
  async #restingRun({ evaluation, decision }: Decided): Promise<{ run: RunView | undefined } | undefined> {
    const run = await this.#runs.newest(this.order.resource);
    if (!run?.isOpen || run.isPaused) return { run };
    if (!run.status) return undefined;
    const { phase, targetCapacity } = run.status;
    // Before the run has taken the new request, it may still rest after an older one.
    if (decision && targetCapacity !== evaluation.target) return undefined;
    return phase === 'observing' || phase === 'changing' ? undefined : { run };
  }

  #resultOf({ evaluation, decision }: Decided, run: RunView | undefined): OnceResult {
    const result = { evaluation, reason: evaluation.reason, run };
    if (decision?.refused !== undefined) return { ...result, outcome: 'refused', reason: decision.refused };
    const status = run?.status;
    const now = status?.changes.filter(({ sentAtMs }) => sentAtMs >= this.order.startedAtMs) ?? [];
    if (now.some(({ outcome }) => outcome !== 'rejected')) return { ...result, outcome: 'changed' };
    const refusal = now.find(({ outcome }) => outcome === 'rejected');
    if (refusal) return { ...result, outcome: 'refused', reason: refusal.reason ?? evaluation.reason };
    if (decision && status?.phase === 'failed')
      return { ...result, outcome: 'failed', reason: status.lastError ?? evaluation.reason };
    if (decision || isUnderWay(run)) return { ...result, outcome: 'waiting' };
    return { ...result, outcome: 'unchanged' };
  }

  get #isInterrupted(): boolean {
    return this.signal.reason instanceof Interruption;
  }

  /** Before this process has started a worker, and before it has asked for an evaluation. */
  async #endedBefore(): Promise<OnceResult> {
    if (!this.#isInterrupted) return failed(null, await this.#why('Temporal did not answer'));
    return failed(null, 'the call was interrupted before it requested anything');
  }

  /**
   * A wait ended before its answer. The autoscaler may have gone further than the wait has seen: the history knows.
   * @param sinceMs the decisions that were evaluated later belong to this call.
   */
  async #endedEarly(what: string, sinceMs: number, evaluation: Evaluation | null = null): Promise<OnceResult> {
    const { resource } = this.order;
    const [decision] = (await ifAnswered(this.#reader.decisions(resource, 1))) ?? [];
    if (decision && decision.evaluation.atMs > sinceMs) {
      const run = await ifAnswered(this.#runs.newest(resource));
      const decided = { evaluation: decision.evaluation, decision };
      return decision.refused === undefined ? this.#endedAfter(decided.evaluation, run) : this.#resultOf(decided, run);
    }
    if (!this.#isInterrupted) return failed(evaluation, await this.#why(what));
    const known = evaluation
      ? `the answer to its request for ${evaluation.target} is not known`
      : 'no evaluation is known';
    return failed(
      evaluation,
      `the call was interrupted, and ${known}: a change may have been requested, and may have been sent. ${continues}`,
    );
  }

  /** While the scale run works on the request. */
  #endedAfter(evaluation: Evaluation, run: RunView | undefined): OnceResult {
    const { capacity, target } = evaluation;
    const how = this.#isInterrupted ? 'was interrupted' : 'did not see the outcome in time';
    const reason = `the call ${how}: a change from ${capacity} to ${target} was requested, and may have been sent. ${continues}`;
    return failed(evaluation, reason, run);
  }

  async #why(what: string): Promise<string> {
    const view = await ifAnswered(this.#reader.view(this.order.resource));
    const why = view?.failure?.message ?? view?.progress?.problem?.message ?? view?.memo.lastError;
    return `${what} in time${why == null ? '' : `: ${why}`}`;
  }

  /** @returns undefined when the signal aborts first. */
  async #poll<T>(attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    return pollTemporal(attempt, this.signal, longestPauseMs);
  }
}

const continues = 'The next call, or a worker, continues';

function failed(evaluation: Evaluation | null, reason: string, run?: RunView): OnceResult {
  return { outcome: 'failed', evaluation, reason, run };
}

/** Undefined where Temporal does not answer. */
async function ifAnswered<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (isTemporalTrouble(error)) return undefined;
    throw error;
  });
}

type Seen = { readonly evaluation: Evaluation } | { readonly problem: string };

interface Decided {
  readonly evaluation: Evaluation;
  /** Absent where nothing was requested. */
  readonly decision?: Decision;
}

/** Whether the scale run has answered, or refused. */
function isAnswered({ runId, refused }: Decision): boolean {
  return runId !== null || refused !== undefined;
}

function isUnderWay(run: RunView | undefined): boolean {
  return run?.isOpen === true && !(run.status && isFinished(run.status.phase));
}
