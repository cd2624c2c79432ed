/** What is known of a number over time, as steps: from the runs of a resource, and from what its watch has seen. */
import type { RunView } from '../../client/scale/runs.js';
import type { LookRing } from '../../domain/autoscale/look-ring.js';

/** A value, and the time from which it applies, in milliseconds since the epoch. Null: nothing is known from then on. */
export type Step = readonly [atMs: number, value: number | null];

/**
 * A change that the platform refused has no effect, and neither has one of a dry run. A change with an unknown outcome
 * counts as made.
 */
export function capacityOfRun(run: RunView): Step[] {
  const { status } = run;
  if (!status) return [];
  const made = status.changes.filter(({ outcome }) => outcome !== 'rejected' && !status.dryRun);
  // A long run remembers its last changes only: what was before them is not known.
  const [first] = made;
  const isComplete = first === undefined || first.from === status.startedFrom;
  const before = first?.from ?? status.startedFrom;
  const beganMs = isComplete ? run.startedAtMs : first.sentAtMs;
  const steps: Step[] = before === null ? [] : [[beganMs, before]];
  steps.push(...made.map(({ sentAtMs, to }): Step => [sentAtMs, to]));
  const { observed } = status;
  if (observed && observed.observedAtMs >= beganMs) steps.push([observed.observedAtMs, observed.capacity]);
  return inOrder(steps);
}

/** A run keeps only its last target. */
export function targetOfRun(run: RunView): Step[] {
  const target = run.status?.targetCapacity ?? run.memo.targetCapacity ?? null;
  return target === null ? [] : [[run.startedAtMs, target]];
}

export function readyOfRun({ status }: RunView): Step[] {
  const ready = status?.observed?.ready;
  return status?.observed && ready !== undefined ? [[status.observed.observedAtMs, ready]] : [];
}

/** After a run has closed, only a watch observes the resource. */
export function endOfRun({ closedAtMs }: RunView): Step[] {
  return closedAtMs === null ? [] : [[closedAtMs, null]];
}

/** One step for each bucket, and a null where a gap begins. */
export function stepsOfRing({ first, bucketMs }: LookRing, column: readonly (number | null)[]): Step[] {
  return column.flatMap((value, index): Step[] => {
    const isGapGoingOn = value === null && (column[index - 1] ?? null) === null;
    return isGapGoingOn ? [] : [[(first + index) * bucketMs, value]];
  });
}

/** The end of what the ring knows: one bucket after its last look. */
export function endOfRing({ first, bucketMs, capacity }: LookRing): number {
  return (first + capacity.length) * bucketMs;
}

export function inOrder(steps: readonly Step[]): Step[] {
  return steps.toSorted(([one], [other]) => one - other);
}

/**
 * Of a bucket in which a run sent a change, the run knows more than the ring, which has only the value at the end of
 * the bucket.
 */
export function mergedSteps(
  ring: LookRing | undefined,
  column: readonly (number | null)[],
  ofRuns: readonly Step[],
): Step[] {
  if (!ring) return inOrder(ofRuns);
  const { bucketMs } = ring;
  const known = new Set(ofRuns.map(([atMs]) => Math.floor(atMs / bucketMs)));
  const fromRing = stepsOfRing(ring, column).filter(
    ([atMs, value]) => value === null || !known.has(Math.floor(atMs / bucketMs)),
  );
  return inOrder([...fromRing, ...ofRuns]);
}

/** The steps at times that the ring has no value for. A run knows only its last target, and the ring every one. */
export function whereUnknown(
  ring: LookRing | undefined,
  column: readonly (number | null)[],
  steps: readonly Step[],
): Step[] {
  if (!ring) return [...steps];
  const { first, bucketMs } = ring;
  return steps.filter(([atMs]) => (column[Math.floor(atMs / bucketMs) - first] ?? null) === null);
}

interface Sampling {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/**
 * The last value of each bucket, without values that do not differ from the one before. What was in force at `fromMs`
 * is the first one.
 */
export function sampled(steps: readonly Step[], range: Sampling): [seconds: number, value: number | null][] {
  const points: [number, number | null][] = [];
  for (const [atMs, value] of inOrder([...bucketsOf(steps, range)])) {
    const before = points.at(-1)?.[1] ?? null;
    if (before !== value) points.push([Math.floor(atMs / 1000), value]);
  }
  return points;
}

/**
 * A bucket that has a value and ends with a gap shows the value, and the gap begins with the next bucket: a short run
 * stays visible in a long range.
 */
function bucketsOf(steps: readonly Step[], { fromMs, toMs, stepMs }: Sampling): Map<number, number | null> {
  const buckets = new Map<number, number | null>();
  for (const [atMs, value] of steps) {
    if (atMs >= toMs) continue;
    const bucketMs = Math.max(fromMs, Math.floor(atMs / stepMs) * stepMs);
    const nextMs = (Math.floor(atMs / stepMs) + 1) * stepMs;
    const isShown = atMs >= fromMs && typeof buckets.get(bucketMs) === 'number';
    if (value === null && isShown) buckets.set(nextMs, null);
    else {
      buckets.set(bucketMs, value);
      if (value !== null) buckets.delete(nextMs);
    }
  }
  buckets.forEach((_, atMs) => atMs >= toMs && buckets.delete(atMs));
  return buckets;
}
