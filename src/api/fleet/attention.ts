/** What needs a person, in the words that the status already uses. */
import type { AutoscaleView } from '../../client/autoscale/reader.js';
import type { RunView } from '../../client/scale/runs.js';
import type { ResourceConfig } from '../../config/config.js';
import { isOver, type SampleReport } from '../../domain/autoscale/evaluation.js';
import { policiesInFallback } from '../../domain/autoscale/fallback.js';
import { iso, isoOrNull } from '../http/iso-time.js';
import type { ResourceAnswer } from '../scale/answers.js';
import { type Attention, attentionKinds } from './answers.js';

export interface AttentionFacts {
  readonly config: ResourceConfig;
  readonly status: ResourceAnswer;
  readonly run: RunView | undefined;
  readonly autoscaler: AutoscaleView | undefined;
  /** What prevents the autoscaler from working; null: nothing, or not checked yet. */
  readonly autoscalerNotice: string | null;
  readonly nowMs: number;
}

const driftCountsForMs = 3_600_000;
/** A single change by another writer is no reason to look: it may be a person at work. */
const repeatedDrift = 2;
/** One failed sample is retried at the next look. */
const looksWithoutData = 2;

/** The most urgent first. */
export function attentionOf(facts: AttentionFacts): Attention[] {
  const found = [
    failure(facts),
    ownPause(facts),
    unattended(facts),
    unwatched(facts),
    unreadable(facts),
    refused(facts),
    fallback(facts),
    missingData(facts),
    drift(facts),
  ];
  return found
    .filter((attention) => attention !== null)
    .toSorted((one, other) => attentionKinds.indexOf(one.kind) - attentionKinds.indexOf(other.kind));
}

function failure({ status, run, ...facts }: AttentionFacts): Attention | null {
  if (status.phase !== 'failed' || isOvercome(run, facts.autoscaler)) return null;
  // The refusal says why such a run has failed.
  if (run?.status?.failure === 'ChangeFailed' && status.refused) return null;
  const kind = run?.status?.failure === 'WrongDirection' ? 'wrongDirection' : 'failed';
  return { kind, sentence: status.lastError ?? 'The run failed.', since: isoOrNull(run?.closedAtMs ?? null) };
}

/** The autoscaler has evaluated since the run failed, and the capacity is what it wants. */
function isOvercome(run: RunView | undefined, autoscaler: AutoscaleView | undefined): boolean {
  const evaluation = autoscaler?.progress?.evaluation;
  if (!evaluation || !run?.closedAtMs || evaluation.atMs < run.closedAtMs) return false;
  return evaluation.target === evaluation.capacity;
}

function ownPause({ autoscaler, nowMs }: AttentionFacts): Attention | null {
  const pause = autoscaler?.memo.pause;
  if (!pause?.reason || isOver(pause, nowMs)) return null;
  return { kind: 'wrongDirection', sentence: `The autoscaler has paused itself: ${pause.reason}`, since: null };
}

function unattended({ status }: AttentionFacts): Attention | null {
  if (status.phase !== 'unattended') return null;
  return { kind: 'unattended', sentence: status.notice ?? 'No worker answers for the run.', since: null };
}

function unwatched({ autoscaler, autoscalerNotice }: AttentionFacts): Attention | null {
  if (autoscalerNotice === null) return null;
  return { kind: 'unwatched', sentence: autoscalerNotice, since: isoOrNull(autoscaler?.lastSignMs ?? null) };
}

function unreadable({ autoscaler }: AttentionFacts): Attention | null {
  const problem = autoscaler?.progress?.problem;
  if (!problem) return null;
  return {
    kind: 'unreadable',
    sentence: `The capacity cannot be read: ${problem.message}`,
    since: iso(problem.sinceMs),
  };
}

function refused({ config, status, run, autoscaler, nowMs }: AttentionFacts): Attention | null {
  const { type } = config.platform;
  if (status.refused && (run?.isOpen || (status.phase === 'failed' && !isOvercome(run, autoscaler)))) {
    const { from, to, reason, at } = status.refused;
    return { kind: 'refused', sentence: `${type} refused the change from ${from} to ${to}: ${reason}`, since: at };
  }
  const refusal = autoscaler?.progress?.state?.refusal;
  if (!refusal || isOver(refusal, nowMs)) return null;
  const sentence = `${type} refused the capacity ${refusal.capacity}: ${refusal.reason}`;
  return { kind: 'refused', sentence, since: iso(refusal.atMs) };
}

function fallback({ config, autoscaler }: AttentionFacts): Attention | null {
  const failing = config.autoscale
    ? policiesInFallback(config.autoscale.settings, autoscaler?.progress?.state ?? null)
    : [];
  if (failing.length === 0) return null;
  const sentence = `The fallback is in force for ${failing.join(', ')}, because there is no data. ${causesOf(failedSamples(autoscaler))}`;
  return { kind: 'fallback', sentence: sentence.trim(), since: sinceOf(failedSamples(autoscaler)) };
}

function missingData({ config, autoscaler, nowMs, ...facts }: AttentionFacts): Attention | null {
  const evaluation = autoscaler?.progress?.evaluation;
  if (!evaluation || fallback({ config, autoscaler, nowMs, ...facts })) return null;
  const failed = failedSamples(autoscaler);
  const isBlocking = evaluation.limitedBy.includes('noData');
  const afterMs = looksWithoutData * (config.autoscale?.settings.intervalMs ?? 0);
  const isLasting = failed.some(({ failure: { sinceMs } }) => nowMs - sinceMs >= afterMs);
  if (!isBlocking && !isLasting) return null;
  const effect = isBlocking ? ' Scaling in is blocked.' : '';
  const causes = causesOf(failed) || 'A policy has no data.';
  return { kind: 'noData', sentence: `${causes}${effect}`, since: sinceOf(failed) };
}

type FailedSample = SampleReport & { readonly failure: NonNullable<SampleReport['failure']> };

function failedSamples(autoscaler: AutoscaleView | undefined): FailedSample[] {
  const samples = autoscaler?.progress?.evaluation?.samples ?? [];
  return samples.filter((sample): sample is FailedSample => sample.failure !== null);
}

function causesOf(failed: readonly FailedSample[]): string {
  // Messages of the adapters are sentences; those of libraries usually are not.
  return failed
    .map(({ signal, failure: { message } }) => `No data from ${signal}: ${message.replace(/\.$/, '')}.`)
    .join(' ');
}

function sinceOf(failed: readonly FailedSample[]): string | null {
  return failed.length === 0 ? null : iso(Math.min(...failed.map(({ failure: { sinceMs } }) => sinceMs)));
}

function drift({ status, nowMs }: AttentionFacts): Attention | null {
  const recent = status.drift.filter(({ at }) => nowMs - Date.parse(at) < driftCountsForMs);
  const [first, last] = [recent[0], recent.at(-1)];
  if (recent.length < repeatedDrift || !first || !last) return null;
  const sentence = `Another writer has changed the capacity ${recent.length} times within an hour, last from ${last.from} to ${last.to}.`;
  return { kind: 'drift', sentence, since: first.at };
}
