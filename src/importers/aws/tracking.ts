/** A target tracking policy. AWS runs it by two alarms that it makes itself. */
import type { Fields } from '../fields.js';
import { alarmOf, alarmsOf } from './alarms.js';
import type { Pace, Part } from './part.js';
import { customizedSignal, predefinedSignal, type NotSupported } from './signals.js';
import { exact, isTrue, numberIn, optionalNumber } from './values.js';

/** Of the alarms that AWS makes for most metrics. The alarms in the input have precedence. */
const usual = { out: 3, in: 15, periodSeconds: 60, margin: 0.1 };

interface Context {
  readonly resourceId: string;
  readonly defaultCooldown: number;
  readonly alarms: readonly Fields[];
}

export function trackingPart(policy: Fields, { resourceId, defaultCooldown, alarms }: Context): Part | NotSupported {
  const settings = policy.at('TargetTrackingScalingPolicyConfiguration');
  const target = numberIn(settings.at('TargetValue'));
  if (target <= 0) throw settings.at('TargetValue').invalid('must be above 0');
  const predefined = settings.at('PredefinedMetricSpecification');
  const customized = settings.at('CustomizedMetricSpecification');
  if (!predefined.isPresent && !customized.isPresent) {
    throw settings.invalid('has neither PredefinedMetricSpecification nor CustomizedMetricSpecification');
  }
  const signal = predefined.isPresent ? predefinedSignal(predefined, resourceId) : customizedSignal(customized);
  if (!('settings' in signal)) return signal;
  const cooldown = (field: string) => optionalNumber(settings.at(field)) ?? defaultCooldown;
  const found = paces(alarmsOf(policy, alarms));
  const pace = (side: 'out' | 'in', cooldownSeconds: number): Pace => ({
    path: policy.place.trim(),
    periods: found[side]?.periods ?? usual[side],
    periodSeconds: found[side]?.periodSeconds ?? usual.periodSeconds,
    cooldownSeconds,
  });
  const [outCooldown, inCooldown] = [cooldown('ScaleOutCooldown'), cooldown('ScaleInCooldown')];
  const below = found.in?.threshold;
  return {
    type: 'tracking',
    name: policy.at('PolicyName').text(),
    path: policy.place.trim(),
    signal,
    target,
    margin: below === undefined ? usual.margin : exact(Math.max(0, 1 - below / target)),
    out: pace('out', outCooldown),
    in: isTrue(settings.at('DisableScaleIn')) ? undefined : pace('in', inCooldown),
  };
}

interface FoundPace {
  readonly periods: number;
  readonly periodSeconds: number;
  readonly threshold: number;
}

/** AWS makes these alarms from the policy, so that everything else in them repeats it. */
function paces(documents: readonly Fields[]): { readonly out?: FoundPace; readonly in?: FoundPace } {
  const sides = documents.flatMap((document) => {
    const alarm = alarmOf(document);
    document.take();
    if (!('threshold' in alarm)) return [];
    const periodSeconds = optionalNumber(document.at('Period')) ?? usual.periodSeconds;
    const { periods, threshold } = alarm;
    return [[alarm.side === 'above' ? 'out' : 'in', { periods, periodSeconds, threshold }] as const];
  });
  return Object.fromEntries(sides);
}
