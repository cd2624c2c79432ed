/**
 * The counts and periods of a ScaledObject as `min`, `max` and `idle`. KEDA itself moves the units between
 * `idleReplicaCount` (or zero) and `minReplicaCount` (or one); its HPA does the rest.
 */
import type { Fields } from '../fields.js';
import type { Notes } from './notes.js';

export interface Counts {
  readonly min: number;
  readonly max: number;
  /** `idleReplicaCount`. Undefined: it is not set. */
  readonly idle: number | undefined;
  readonly cooldownSeconds: number;
  readonly initialCooldownSeconds: number | undefined;
}

export function countsOf(spec: Fields): Counts {
  const whole = (name: string) => (spec.at(name).isPresent ? spec.at(name).whole() : undefined);
  const written = whole('minReplicaCount');
  const [min, max] = [written ?? 0, whole('maxReplicaCount') ?? 100];
  const idle = whole('idleReplicaCount');
  if (max < 1 || max < min) {
    throw spec.at('maxReplicaCount').invalid(`is ${max}, which is below minReplicaCount (${min}), or 0`);
  }
  if (idle !== undefined && (written === undefined || idle >= Math.max(1, min))) {
    throw spec.at('idleReplicaCount').invalid('must be below minReplicaCount');
  }
  return {
    min,
    max,
    // 0 beside a minimum of 0 has no meaning of its own.
    idle: idle === 0 && min === 0 ? undefined : idle,
    cooldownSeconds: whole('cooldownPeriod') ?? 300,
    initialCooldownSeconds: whole('initialCooldownPeriod'),
  };
}

interface Circumstances {
  readonly notes: Notes;
  readonly spec: Fields;
  /** Null: always active. */
  readonly activity: { readonly value: string; readonly atOrBelow: number; readonly highest: number } | null;
  readonly isComplete: boolean;
  readonly isKeptAwake: boolean;
}

interface Bounds {
  readonly min: number;
  readonly idle: Readonly<Record<string, unknown>> | undefined;
  /** The units while there is work, where `min` is below them. */
  readonly leastWithWork: number | undefined;
}

export function boundsOf(counts: Counts, circumstances: Circumstances): Bounds {
  const { notes, spec, activity, isComplete, isKeptAwake } = circumstances;
  const least = Math.max(1, counts.min);
  const canRest = counts.min === 0 || counts.idle !== undefined;
  const awake = { min: least, idle: undefined, leastWithWork: undefined };
  if (!canRest) {
    warnIrrelevant(spec, notes);
    return awake;
  }
  if (isKeptAwake || activity === null || !isComplete) warnIrrelevant(spec, notes);
  const place = spec.at(counts.idle === undefined ? 'minReplicaCount' : 'idleReplicaCount').place;
  const rest = counts.idle ?? 0;
  if (isKeptAwake) return awake;
  if (activity === null) {
    notes.warn(
      place,
      `allows ${rest}, and min is ${least}: with triggers of CPU and memory alone KEDA never goes below`,
    );
    return awake;
  }
  if (!isComplete) {
    notes.drop(
      place,
      `scaling to ${rest}`,
      `what the report names as not carried over may be work. min is ${least}. To scale to ${rest}, add idle:`,
    );
    return awake;
  }
  warnOfActivation(place, activity.highest, notes);
  warnOfStart(counts, spec, notes);
  return {
    min: rest,
    idle: {
      value: activity.value,
      ...(activity.atOrBelow !== 0 && { atOrBelow: activity.atOrBelow }),
      for: durationOf(counts.cooldownSeconds),
      ...(rest > 0 && { capacity: rest }),
      atOnce: true,
    },
    leastWithWork: counts.min > 1 || rest > 0 ? counts.min : undefined,
  };
}

export function durationOf(seconds: number): string {
  if (seconds > 0 && seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds > 0 && seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

function warnIrrelevant(spec: Fields, notes: Notes): void {
  for (const name of ['cooldownPeriod', 'initialCooldownPeriod']) {
    if (spec.at(name).isPresent)
      notes.warn(spec.at(name).place, 'is left out: it has an effect only on the step from and to zero');
  }
}

function warnOfActivation(place: string, highest: number, notes: Notes): void {
  if (highest < 1) return;
  notes.warn(
    place,
    `is left only above an activation value of ${highest}: ${highest} itself does not wake the resource, and a single item does not either`,
  );
}

function warnOfStart({ cooldownSeconds, initialCooldownSeconds }: Counts, spec: Fields, notes: Notes): void {
  if (initialCooldownSeconds === undefined) return;
  const { place } = spec.at('initialCooldownPeriod');
  if (initialCooldownSeconds <= cooldownSeconds) {
    notes.warn(place, 'is left out: after its start Escapement waits for the whole of idle.for');
    return;
  }
  notes.drop(
    place,
    'the time after its creation',
    `after its start Escapement waits for idle.for (${durationOf(cooldownSeconds)}). To wait longer, pause scaling in: PUT /v1/resources/{resource}/pause with {"direction":"down"}, and DELETE it after ${durationOf(initialCooldownSeconds)}`,
  );
}
