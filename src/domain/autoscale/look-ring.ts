/**
 * What a watch has seen over the last hours: a ring of a bounded number of buckets, as compact columns, because the
 * heartbeat of the watch stores it. Of several looks in one bucket, the last one is kept.
 *
 * A young ring has short buckets. Once it is full, two buckets become one, until a bucket has a minute: the ring then
 * covers three hours and forgets the oldest. So the first minutes of a resource are visible too, and the size stays:
 * with one signal, a full ring is about 3 KB of JSON.
 */
import type { Evaluation } from './evaluation.js';

type Column = readonly (number | null)[];

export interface LookRing {
  /** The length of a bucket. */
  readonly bucketMs: number;
  /** The number of the first bucket: it begins at `first * bucketMs`, in milliseconds since the epoch. */
  readonly first: number;
  /** One entry for each bucket; null: there was no look, or the platform does not report it. */
  readonly capacity: Column;
  readonly ready: Column;
  readonly target: Column;
  /** By signal. Null: there was no value. */
  readonly signals: Readonly<Record<string, Column>>;
}

const shortestBucketMs = 7_500;
/** A bucket that is at least this long does not become longer. */
const longestBucketMs = 60_000;
const mostBuckets = 180;
/** More signals would make the heartbeat of a watch large. */
const mostSignals = 10;

/**
 * @param intervalMs the interval of the looks. A bucket is never shorter: a ring with shorter buckets is not continued.
 * @returns the ring with the look of this evaluation.
 */
export function withLook(ring: LookRing | undefined, evaluation: Evaluation, intervalMs: number): LookRing {
  const bucketMs = Math.max(shortestBucketMs, intervalMs);
  const { atMs } = evaluation;
  const before = ring && continues(ring, bucketMs, atMs) ? ring : emptyRing(bucketMs, atMs);
  return recorded(withRoomFor(before, atMs), evaluation);
}

/**
 * Looks that are further apart than a bucket would look like gaps. A look before the ring, or one that would leave
 * nothing of it, ends it too: the clock was changed, or the watch was away for hours.
 */
function continues(ring: LookRing, shortestMs: number, atMs: number): boolean {
  const { bucketMs, first, capacity } = ring;
  const endMs = (first + capacity.length) * bucketMs;
  const coveredMs = mostBuckets * Math.max(bucketMs, longestBucketMs);
  return bucketMs >= shortestMs && atMs >= first * bucketMs && atMs < endMs + coveredMs;
}

function emptyRing(bucketMs: number, atMs: number): LookRing {
  return { bucketMs, first: Math.floor(atMs / bucketMs), capacity: [], ready: [], target: [], signals: {} };
}

function indexOf({ bucketMs, first }: LookRing, atMs: number): number {
  return Math.floor(atMs / bucketMs) - first;
}

function withRoomFor(ring: LookRing, atMs: number): LookRing {
  if (ring.bucketMs >= longestBucketMs || indexOf(ring, atMs) < mostBuckets) return ring;
  return withRoomFor(inPairs(ring), atMs);
}

/** Of two buckets, the value of the later one, if there is one. */
function inPairs({ bucketMs, first, capacity, ready, target, signals }: LookRing): LookRing {
  const half = Math.floor(first / 2);
  const paired = (column: Column): Column =>
    Array.from({ length: Math.floor((first + column.length - 1) / 2) - half + 1 }, (_, index) => {
      const early = 2 * (half + index) - first;
      return column[early + 1] ?? column[early] ?? null;
    });
  return {
    bucketMs: 2 * bucketMs,
    first: half,
    capacity: paired(capacity),
    ready: paired(ready),
    target: paired(target),
    signals: Object.fromEntries(Object.entries(signals).map(([name, column]) => [name, paired(column)])),
  };
}

function recorded(before: LookRing, evaluation: Evaluation): LookRing {
  const index = indexOf(before, evaluation.atMs);
  const length = Math.max(index + 1, before.capacity.length);
  const dropped = Math.max(0, length - mostBuckets);
  const set = (column: Column, value: number | null): Column =>
    Array.from({ length }, (_, at) => (at === index ? value : (column[at] ?? null))).slice(dropped);
  return {
    bucketMs: before.bucketMs,
    first: before.first + dropped,
    capacity: set(before.capacity, evaluation.capacity),
    ready: set(before.ready, evaluation.ready ?? null),
    target: set(before.target, evaluation.target),
    signals: signalsOf(before, evaluation, set, index),
  };
}

/** A signal that is no longer sampled stays until its last value has left the ring. */
function signalsOf(
  { signals }: LookRing,
  { samples }: Evaluation,
  set: (column: Column, value: number | null) => Column,
  index: number,
): LookRing['signals'] {
  const values = new Map(samples.map(({ signal, value, failure }) => [signal, failure === null ? value : null]));
  const names = [...new Set([...values.keys(), ...Object.keys(signals)])];
  const columns = names.map((name) => {
    const column = signals[name] ?? [];
    const value = values.get(name) ?? null;
    return [name, set(column, value === null ? (column[index] ?? null) : short(value))] as const;
  });
  const kept = columns.filter(([, column]) => column.some((value) => value !== null));
  return Object.fromEntries(kept.slice(0, mostSignals));
}

/** A chart shows no more digits. */
function short(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(5)) : null;
}
