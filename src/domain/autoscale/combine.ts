/**
 * From what the policies say to one number. A policy without data has no opinion on scaling in: the number may then only
 * rise or hold, until its fallback stands in for it.
 */
import type { Opinion, Verdict } from './judge.js';
import type { FallbackSettings } from './settings.js';
import type { AutoscaleSpec } from './spec.js';
import { Trail } from './trail.js';

interface Combined {
  readonly trail: Trail;
  /** False while some policy has no data, whatever stands in for it. */
  readonly isEverythingKnown: boolean;
  /** Why this number. */
  readonly reason: string;
}

export function combine(spec: AutoscaleSpec, verdicts: readonly Verdict[], capacity: number): Combined {
  const { fallback } = spec.settings;
  const known = verdicts.flatMap(({ policy, opinion }) => (opinion.kind === 'capacity' ? [{ policy, opinion }] : []));
  const unknown = verdicts.flatMap(({ policy, opinion }) => (opinion.kind === 'unknown' ? [{ policy, opinion }] : []));
  if (known.length === 0 && unknown.length === 0) return nobodyRecommends(spec, capacity);

  const trail = chooseAmong(
    spec,
    known.map(({ opinion }) => opinion),
    capacity,
  );
  const decisive = known.find(({ opinion }) => opinion.capacity === trail.number);
  const given = unknown.filter(({ opinion }) => opinion.failures >= fallback.after).map(({ policy }) => policy);
  if (given.length > 0) {
    const standIn = fallbackCapacity(fallback, capacity);
    // It never lowers what a healthy policy asks for.
    const number = known.length === 0 ? standIn : Math.max(trail.number, standIn);
    trail.move('fallback', number, `${given.join(', ')} without data ${fallback.after} times or more`);
  }
  if (given.length < unknown.length) {
    const why = unknown.map(({ opinion }) => opinion.reason).join(', ');
    trail.raise('noData', capacity, `scaling in is blocked: ${why}`);
  }
  const deciding = decisive ? [decisive] : unknown;
  return {
    trail,
    isEverythingKnown: unknown.length === 0,
    reason: deciding.map(({ policy, opinion }) => `${policy}: ${opinion.reason}`).join(', '),
  };
}

/** The policies that have data. Without any, what there is. */
function chooseAmong(
  { settings }: AutoscaleSpec,
  known: readonly Extract<Opinion, { kind: 'capacity' }>[],
  capacity: number,
): Trail {
  if (known.length === 0) return new Trail(capacity);
  const choose = settings.combine === 'max' ? Math.max : Math.min;
  const trail = new Trail(choose(...known.map(({ calm }) => calm)));
  const restless = choose(...known.map((opinion) => opinion.capacity));
  trail.move('burst', restless, 'the short window asked for much more than there is');
  return trail;
}

function nobodyRecommends({ restsAt, limits }: AutoscaleSpec, capacity: number): Combined {
  const [number, reason] =
    restsAt === 'min'
      ? [limits.min, 'no policy asks for more than min']
      : [capacity, 'no policy recommends a capacity'];
  return { trail: new Trail(number), isEverythingKnown: true, reason };
}

function fallbackCapacity({ capacity: rule }: FallbackSettings, capacity: number): number {
  if (rule === 'hold') return capacity;
  return typeof rule === 'number' ? rule : Math.max(capacity, rule.atLeast);
}
