/**
 * Combines the answers of the policies into one number. A policy without data does not support scaling in. While a
 * policy has no data, the number may only rise or stay the same, until the fallback of that policy applies.
 */
import type { PolicyResult, Units } from '../policies/policy.js';
import type { Verdict } from './judge.js';
import type { FallbackSettings } from './settings.js';
import type { AutoscaleSpec } from './spec.js';
import { LimitChain } from './limit-chain.js';

interface Combined {
  readonly chain: LimitChain;
  /**
   * False where the number is only the capacity that was requested before: no policy had data, or missing data kept the
   * number from falling.
   */
  readonly isAdvice: boolean;
  /** False while at least one policy has no data, even if a fallback replaces it. */
  readonly isEverythingKnown: boolean;
  /** The policies without data whose fallback applies. */
  readonly inFallback: readonly string[];
  readonly reason: string;
}

export function combine(spec: AutoscaleSpec, verdicts: readonly Verdict[], { asked, capacity }: Units): Combined {
  const { fallback } = spec.settings;
  const known = verdicts.flatMap(({ policy, result }) => (result.kind === 'capacity' ? [{ policy, result }] : []));
  const unknown = verdicts.flatMap(({ policy, result }) => (result.kind === 'unknown' ? [{ policy, result }] : []));
  if (known.length === 0 && unknown.length === 0) return withoutRecommendation(spec, asked);

  const chain = chooseAmong(
    spec,
    known.map(({ result }) => result),
    asked,
  );
  let advised = known.length > 0 ? chain.number : null;
  const decisive = known.find(({ result }) => result.capacity === chain.number);
  const given = unknown.filter(({ result }) => result.failures >= fallback.after).map(({ policy }) => policy);
  if (given.length > 0) {
    const standIn = fallbackCapacity(fallback, asked);
    // A fallback never lowers the recommendation of a policy that has data.
    const number = known.length === 0 ? standIn : Math.max(chain.number, standIn);
    chain.move('fallback', number, `${given.join(', ')} without data ${fallback.after} times or more`);
    if (typeof fallback.capacity === 'number' || standIn !== asked) advised = number;
  }
  if (given.length < unknown.length) {
    const why = unknown.map(({ result }) => result.reason).join(', ');
    chain.raise('noData', asked, `scaling in is blocked: ${why}`);
  }
  const isAdvice = advised === chain.number;
  const deciding = decisive ? [decisive] : unknown;
  const reasons = deciding.map(({ policy, result }) => `${policy}: ${result.reason}`).join(', ');
  const why = known.length === 0 ? `as before, ${reasons}` : reasons;
  return {
    chain,
    isAdvice,
    isEverythingKnown: unknown.length === 0,
    inFallback: given,
    reason: isAdvice || asked === capacity || known.length === 0 ? why : `${why}, and ${asked} were asked for before`,
  };
}

/** Chooses among the policies that have data. If no policy has data, the requested capacity stays. */
function chooseAmong(
  { settings }: AutoscaleSpec,
  known: readonly Extract<PolicyResult, { kind: 'capacity' }>[],
  asked: number,
): LimitChain {
  if (known.length === 0) return new LimitChain(asked);
  const choose = settings.combine === 'max' ? Math.max : Math.min;
  const chain = new LimitChain(choose(...known.map(({ stable }) => stable)));
  const restless = choose(...known.map((result) => result.capacity));
  chain.move('burst', restless, 'the short window asked for much more than there is');
  return chain;
}

function withoutRecommendation({ restsAt, limits }: AutoscaleSpec, asked: number): Combined {
  const [number, reason] =
    restsAt === 'min'
      ? [limits.min, 'no policy asks for more than min']
      : [asked, 'as before, no policy recommends a capacity'];
  return { chain: new LimitChain(number), isAdvice: true, isEverythingKnown: true, inFallback: [], reason };
}

function fallbackCapacity({ capacity: rule }: FallbackSettings, asked: number): number {
  if (rule === 'hold') return asked;
  if (typeof rule === 'number') return rule;
  return 'atLeast' in rule ? Math.max(asked, rule.atLeast) : Math.min(asked, rule.atMost);
}
