/** Behavior over time: what was recommended and how capacity was moved, remembered as far back as its windows reach. */
import { applyBehavior, type ScaleEvent } from '../behavior.js';
import type { Behavior, ScalingRules } from '../behavior-settings.js';
import type { SentChange } from '../scale/step.js';
import type { AutoscaleSpec } from './spec.js';
import type { AutoscaleState, PastChange, ResumedState } from './state.js';
import type { Trail } from './trail.js';

export interface Pace {
  readonly nowMs: number;
  /** What counts as current, as `spec.replicas` does for the HPA: what was asked for, not how far a walk has come. */
  readonly asked: number;
  readonly lastChange: SentChange | null;
}

type History = Pick<AutoscaleState, 'recommendations' | 'scaleUps' | 'scaleDowns'>;

/** Takes note of a change of what is asked for since the last evaluation, whoever asked. */
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

/** Moves the trail through stabilization and rate. */
export function keepPace(spec: AutoscaleSpec, history: History, trail: Trail, { nowMs, asked }: Pace): void {
  const { behavior } = spec.settings;
  if (!behavior.scaleUp && !behavior.scaleDown) return;
  const ageOf = (atMs: number): number => (nowMs - atMs) / 1000;
  const aged = ({ atMs, change }: PastChange): ScaleEvent => ({ ageSeconds: ageOf(atMs), change });
  const input = {
    current: asked,
    desired: trail.number,
    // The bounds are a limit of their own, and come later.
    ...{ min: 0, max: null },
    behavior,
    recommendations: history.recommendations.map((past) => ({
      ageSeconds: ageOf(past.atMs),
      capacity: past.capacity,
    })),
    scaleUpEvents: history.scaleUps.map(aged),
    scaleDownEvents: history.scaleDowns.map(aged),
  };
  const activated = Math.min(trail.number, activation(asked));
  const wasRecommended = trail.number < asked ? 'more' : 'less';
  const stabilized = Math.max(applyBehavior({ ...input, behavior: windowsOf(behavior) }).capacity, activated);
  trail.move('stabilization', stabilized, `${wasRecommended} was recommended within the stabilization window`);
  const limited = Math.max(applyBehavior(input).capacity, activated);
  trail.move('rate', limited, 'as far as behavior lets it go for now');
}

/** Without rates: what the stabilization windows alone make of a recommendation. */
function windowsOf({ scaleUp, scaleDown }: Behavior): Behavior {
  const windowOf = ({ stabilizationWindowSeconds = 0 }: ScalingRules = {}) => ({ stabilizationWindowSeconds });
  return { scaleUp: windowOf(scaleUp), scaleDown: windowOf(scaleDown) };
}

/**
 * The units that behavior has no say in: the first one, as KEDA activates a workload before the HPA takes over. A share of
 * nothing is nothing, and would never leave zero.
 */
function activation(asked: number): number {
  return asked === 0 ? 1 : 0;
}

/**
 * Adds a recommendation. Of an older one only what can still matter is kept: one that is higher can hold back a scale-in,
 * one that is lower a scale-out, for as long as it is in its window. So there is never more than one of each capacity.
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
 * Our own counts from the evaluation that asked for it, as the HPA's does: a period is over at the first evaluation that
 * is a whole period later. That of somebody else counts from when it was sent, where that is known; else from now, when
 * it is seen.
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
