/**
 * Applies `behavior` over time. This module remembers recommendations and changes of capacity for as long as the
 * windows of `behavior` need them.
 */
import { applyBehavior, type ScaleEvent } from '../behavior.js';
import type { Behavior, ScalingRules } from '../behavior-settings.js';
import type { SentChange } from '../scale/step.js';
import type { AutoscaleSpec } from './spec.js';
import type { AutoscaleState, PastChange, ResumedState } from './state.js';
import type { LimitChain } from './limit-chain.js';

export interface Pace {
  readonly nowMs: number;
  /**
   * The current size for `behavior`, as `spec.replicas` is for the HPA: the requested capacity, and not the capacity
   * that a scale run has reached so far.
   */
  readonly asked: number;
  readonly lastChange: SentChange | null;
}

type History = Pick<AutoscaleState, 'recommendations' | 'scaleUps' | 'scaleDowns'>;

/** Records a change of the requested capacity since the last evaluation, from any requester. */
export function rememberMove({ settings }: AutoscaleSpec, state: ResumedState, pace: Pace): History {
  const { recommendations, scaleUps, scaleDowns, asked } = state;
  const change = pace.asked - asked;
  if (change === 0 && scaleUps.length === 0 && scaleDowns.length === 0) return state;
  const periodMs = longestPeriodMs(settings.behavior);
  const counted = change > 0 ? change - activation(asked) : -change;
  const move = { atMs: timeOfMove(state, pace), change: counted };
  const isRecent = ({ atMs }: PastChange): boolean => pace.nowMs - atMs < periodMs;
  return {
    recommendations,
    scaleUps: [...scaleUps, ...(change > 0 ? [move] : [])].filter(isRecent),
    scaleDowns: [...scaleDowns, ...(change < 0 ? [move] : [])].filter(isRecent),
  };
}

/** Applies stabilization and rate limits to the chain. */
export function keepPace(spec: AutoscaleSpec, history: History, chain: LimitChain, { nowMs, asked }: Pace): void {
  const { behavior } = spec.settings;
  if (!behavior.scaleUp && !behavior.scaleDown) return;
  const ageOf = (atMs: number): number => (nowMs - atMs) / 1000;
  const aged = ({ atMs, change }: PastChange): ScaleEvent => ({ ageSeconds: ageOf(atMs), change });
  const input = {
    current: asked,
    desired: chain.number,
    // `[min, max]` is a separate limit, which a later stage applies.
    ...{ min: 0, max: null },
    behavior,
    recommendations: history.recommendations.map((past) => ({
      ageSeconds: ageOf(past.atMs),
      capacity: past.capacity,
    })),
    scaleUpEvents: history.scaleUps.map(aged),
    scaleDownEvents: history.scaleDowns.map(aged),
  };
  const activated = Math.min(chain.number, activation(asked));
  const wasRecommended = chain.number < asked ? 'more' : 'less';
  const stabilized = Math.max(applyBehavior({ ...input, behavior: windowsOf(behavior) }).capacity, activated);
  chain.move('stabilization', stabilized, `${wasRecommended} was recommended within the stabilization window`);
  const limited = Math.max(applyBehavior(input).capacity, activated);
  chain.move('rate', limited, 'as far as behavior lets it go for now');
}

/** Returns the behavior without its rate limits, that is, only its stabilization windows. */
function windowsOf({ scaleUp, scaleDown }: Behavior): Behavior {
  const windowOf = ({ stabilizationWindowSeconds = 0 }: ScalingRules = {}) => ({ stabilizationWindowSeconds });
  return { scaleUp: windowOf(scaleUp), scaleDown: windowOf(scaleDown) };
}

/**
 * The number of units that `behavior` does not limit. This is the first unit, as KEDA activates a workload before the
 * HPA takes over. A percentage of zero is zero, so a rate limit would never let a resource leave zero.
 */
function activation(asked: number): number {
  return asked === 0 ? 1 : 0;
}

/**
 * Adds a recommendation. An older recommendation is kept only while it can still have an effect: within its window, a
 * higher one can hold back a scale-in, and a lower one can hold back a scale-out. The list therefore never holds two
 * recommendations of the same capacity.
 */
export function rememberRecommendation(
  { settings }: AutoscaleSpec,
  recommendations: AutoscaleState['recommendations'],
  newest: AutoscaleState['recommendations'][number],
): AutoscaleState['recommendations'] {
  const upMs = windowMs(settings.behavior.scaleUp);
  const downMs = windowMs(settings.behavior.scaleDown);
  if (upMs === 0 && downMs === 0) return [];
  const stillMatters = ({ atMs, capacity }: typeof newest): boolean => {
    const ageMs = newest.atMs - atMs;
    return (capacity > newest.capacity && ageMs < downMs) || (capacity < newest.capacity && ageMs < upMs);
  };
  return [...recommendations.filter(stillMatters), newest];
}

/**
 * Returns the time of a change of the requested capacity. A change that the autoscaler requested counts from the
 * evaluation that requested it, as in the HPA: a period ends at the first evaluation that is a full period later. A
 * change that another writer requested counts from the time it was sent, if that time is known. Otherwise the change
 * counts from now, when the evaluation sees it.
 */
function timeOfMove({ evaluatedAtMs, target }: AutoscaleState, { nowMs, asked, lastChange }: Pace): number {
  if (asked === target) return Math.min(evaluatedAtMs, nowMs);
  const sentAtMs = lastChange?.sentAtMs ?? nowMs;
  return sentAtMs >= evaluatedAtMs && sentAtMs <= nowMs ? sentAtMs : nowMs;
}

function longestPeriodMs({ scaleUp, scaleDown }: Behavior): number {
  const policies = [...(scaleUp?.policies ?? []), ...(scaleDown?.policies ?? [])];
  return 1000 * Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds));
}

function windowMs(rules: ScalingRules | undefined): number {
  return 1000 * (rules?.stabilizationWindowSeconds ?? 0);
}
