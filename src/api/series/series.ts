/** A resource over time, merged from what is durable: its runs, the decisions of its autoscaler, and the looks of its watch. */
import type { RunView } from '../../client/scale/runs.js';
import type { ResourceConfig } from '../../config/config.js';
import type { LookRing } from '../../domain/autoscale/look-ring.js';
import { levelsOf } from '../../domain/autoscale/levels.js';
import { compileAutoscale } from '../../domain/autoscale/spec.js';
import type { Evaluation } from '../../domain/autoscale/evaluation.js';
import { iso } from '../http/iso-time.js';
import type { SeriesAnswer } from './answers.js';
import {
  capacityOfRun,
  endOfRing,
  endOfRun,
  inOrder,
  mergedSteps,
  readyOfRun,
  sampled,
  type Step,
  stepsOfRing,
  targetOfRun,
  whereUnknown,
} from './steps.js';

export interface SeriesRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

export interface SeriesFacts {
  /** The runs that overlap the range, as far as they are known. */
  readonly runs: readonly RunView[];
  readonly ring: LookRing | undefined;
  /** The decisions that are older than the ring, which contains the newer ones. */
  readonly decisions: readonly Evaluation[];
}

type Line = SeriesAnswer['capacity'];

export function seriesOf(
  { alias, settings, autoscale }: ResourceConfig,
  range: SeriesRange,
  facts: SeriesFacts,
): SeriesAnswer {
  const { runs, ring, decisions } = facts;
  const { fromMs, toMs, stepMs } = range;
  const ends = endsOf(facts);
  const line = (column: readonly (number | null)[] | undefined, others: readonly Step[]): Line =>
    sampled(mergedSteps(ring, column ?? [], [...others, ...ends]), range);
  const capacity = line(ring?.capacity, [...ofDecisions(decisions, 'capacity'), ...runs.flatMap(capacityOfRun)]);
  return {
    resource: alias,
    from: iso(fromMs),
    to: iso(toMs),
    step: stepMs / 1000,
    capacity,
    ready: line(ring?.ready, runs.flatMap(readyOfRun)),
    target: line(ring?.target, [
      ...ofDecisions(decisions, 'target'),
      ...whereUnknown(ring, ring?.target ?? [], runs.flatMap(targetOfRun)),
    ]),
    min: settings.min,
    max: settings.max,
    signals: signalsOf(facts, range),
    levels: autoscale ? levelsOf(compileAutoscale(autoscale.settings, settings)) : [],
    changes: changesOf(runs, range),
    gaps: gapsIn(capacity, range),
  };
}

function ofDecisions(decisions: readonly Evaluation[], what: 'capacity' | 'target'): Step[] {
  return decisions.map((evaluation) => [evaluation.atMs, evaluation[what]]);
}

/** A run that closes ends what is known, unless the watch continues to look; the ring ends with its last bucket. */
function endsOf({ runs, ring }: SeriesFacts): Step[] {
  const ringFromMs = ring ? ring.first * ring.bucketMs : Infinity;
  const closed = runs.flatMap(endOfRun).filter(([atMs]) => atMs < ringFromMs);
  if (!ring) return closed;
  const endMs = endOfRing(ring);
  const isRunOpen = runs.some(({ isOpen }) => isOpen);
  return endMs <= Date.now() && !isRunOpen ? [...closed, [endMs, null]] : closed;
}

/** From the ring, and before it from the decisions. */
function signalsOf({ ring, decisions }: SeriesFacts, range: SeriesRange): SeriesAnswer['signals'] {
  const steps = new Map<string, Step[]>();
  for (const { atMs, samples } of decisions) {
    for (const { signal, value } of samples) steps.set(signal, [...(steps.get(signal) ?? []), [atMs, value]]);
  }
  for (const [signal, column] of Object.entries(ring?.signals ?? {})) {
    if (ring) steps.set(signal, [...(steps.get(signal) ?? []), ...stepsOfRing(ring, column), [endOfRing(ring), null]]);
  }
  return Object.fromEntries([...steps].map(([signal, all]) => [signal, sampled(inOrder(all), range)]));
}

function changesOf(runs: readonly RunView[], { fromMs, toMs }: SeriesRange): SeriesAnswer['changes'] {
  const changes = runs.flatMap(({ runId, status }) =>
    (status?.changes ?? []).map((change) => ({
      ...change,
      runId,
      // Changes of an older version do not have their own reason.
      why: change.requestReason ?? status?.reason ?? null,
      isDry: status?.dryRun ?? false,
    })),
  );
  return changes
    .filter(({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs <= toMs)
    .toSorted((one, other) => one.sentAtMs - other.sentAtMs)
    .map(({ sentAtMs, from, to, outcome, reason, runId, why, isDry }) => ({
      at: iso(sentAtMs),
      from,
      to,
      outcome,
      reason: why,
      note: isDry ? 'dry run: nothing was sent' : (reason ?? null),
      runId,
    }));
}

function gapsIn(capacity: Line, { fromMs, toMs }: SeriesRange): SeriesAnswer['gaps'] {
  const gaps: SeriesAnswer['gaps'] = [];
  let beganMs: number | null = fromMs;
  for (const [seconds, value] of capacity) {
    if (value === null) beganMs ??= seconds * 1000;
    else if (beganMs !== null) {
      if (seconds * 1000 > beganMs) gaps.push({ from: iso(beganMs), to: iso(seconds * 1000) });
      beganMs = null;
    }
  }
  if (beganMs !== null && beganMs < toMs) gaps.push({ from: iso(beganMs), to: iso(toMs) });
  return gaps;
}
