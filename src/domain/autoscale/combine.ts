/**
 * From what the policies say to one number. A policy without data has no opinion on scaling in: the number may then only
 * rise or hold, until its fallback stands in for it.
 */
import type { Verdict } from './judge.js';
import type { FallbackSettings } from './settings.js';
import type { AutoscaleSpec } from './spec.js';
import { Trail } from './trail.js';

export interface Combined {
  readonly trail: Trail;
  /** False while some policy has no data, whatever stands in for it. */
  readonly isEverythingKnown: boolean;
  /** Why this number. */
  readonly reason: string;
}

export function combine(spec: AutoscaleSpec, verdicts: readonly Verdict[], capacity: number): Combined {
  const { settings } = spec;
  const choose = settings.combine === 'max' ? Math.max : Math.min;
  const known = verdicts.flatMap(({ policy, opinion }) => (opinion.kind === 'capacity' ? [{ policy, opinion }] : []));
  const unknown = verdicts.flatMap(({ policy, opinion }) => (opinion.kind === 'unknown' ? [{ policy, opinion }] : []));
  const failing = unknown.filter(({ opinion }) => opinion.failures >= settings.fallback.after);
  const isAnybodyUnsure = failing.length < unknown.length;

  if (known.length === 0 && unknown.length === 0)
    return { ...nobodyRecommends(spec, capacity), isEverythingKnown: true };

  const trail = new Trail(known.length === 0 ? capacity : choose(...known.map(({ opinion }) => opinion.calm)));
  if (known.length > 0) {
    const restless = choose(...known.map(({ opinion }) => opinion.capacity));
    trail.move('burst', restless, 'the short window asked for much more than there is');
  }
  const decisive = known.find(({ opinion }) => opinion.capacity === trail.number);
  if (failing.length > 0) {
    const standIn = fallbackCapacity(settings.fallback, capacity);
    const reason = `${failing.map(({ policy }) => policy).join(', ')} without data ${settings.fallback.after} times or more`;
    // It never lowers what a healthy policy asks for.
    trail.move('fallback', known.length === 0 ? standIn : Math.max(trail.number, standIn), reason);
  }
  if (isAnybodyUnsure) {
    trail.raise(
      'noData',
      capacity,
      `scaling in is blocked: ${unknown.map(({ opinion }) => opinion.reason).join(', ')}`,
    );
  }
  const reason = decisive
    ? `${decisive.policy}: ${decisive.opinion.reason}`
    : unknown.map(({ policy, opinion }) => `${policy}: ${opinion.reason}`).join(', ');
  return { trail, isEverythingKnown: unknown.length === 0, reason };
}

function nobodyRecommends({ restsAt, limits }: AutoscaleSpec, capacity: number): Omit<Combined, 'isEverythingKnown'> {
  return restsAt === 'min'
    ? { trail: new Trail(limits.min), reason: 'no policy asks for more than min' }
    : { trail: new Trail(capacity), reason: 'no policy recommends a capacity' };
}

function fallbackCapacity({ capacity: rule }: FallbackSettings, capacity: number): number {
  if (rule === 'hold') return capacity;
  return typeof rule === 'number' ? rule : Math.max(capacity, rule.atLeast);
}
