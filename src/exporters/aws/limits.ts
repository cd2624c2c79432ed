/** `cooldown`, `behavior` and the rest of a resource that is not a metric. */
import { parseDuration } from '../../domain/written/duration.js';
import type { Fields } from '../../importers/fields.js';
import type { Remarks, Source } from '../exporter.js';

export interface Limits {
  /** Seconds. */
  readonly cooldown: { readonly out: number; readonly in: number };
  readonly windows: { readonly out: number; readonly in: number };
  readonly intervalSeconds: number;
  readonly isScaleInDisabled: boolean;
  readonly suspended: Readonly<Record<string, boolean>> | undefined;
}

export function limitsOf({ fields, config }: Source, remarks: Remarks): Limits {
  const { cooldownMs, upAfter, step, dryRun } = config.settings;
  for (const field of ['min', 'max', 'cooldown', 'step', 'dryRun']) fields.at(field).take();
  if (step.up !== null || step.down !== null) {
    remarks.drop(
      fields.at('step'),
      'the size of a step',
      'AWS changes the capacity at once. Step scaling has adjustments of its own',
    );
  }
  if (cooldownMs.up > 0 && upAfter !== 'up') {
    remarks.drop(
      fields.at('cooldown'),
      'a cooldown of scaling out that a scale-in begins',
      'in AWS a scale-in never delays a scale-out. Write upAfter: up',
    );
  }
  if (dryRun) remarks.drop(fields.at('dryRun'), 'dryRun: true', 'AWS makes changes');
  const autoscale = fields.at('autoscale');
  checkAutoscale(autoscale, remarks);
  const interval = autoscale.at('interval').optionalText() ?? '15s';
  const intervalSeconds = (parseDuration(interval) ?? 60_000) / 1000;
  if (intervalSeconds > 60 || intervalSeconds === 15) {
    remarks.warn(autoscale.at('interval'), `is ${interval}. AWS evaluates an alarm once a minute`);
  }
  const behavior = autoscale.at('behavior');
  const [up, down] = [behavior.at('scaleUp'), behavior.at('scaleDown')];
  for (const rules of [up, down]) {
    const policies = rules.at('policies');
    if (policies.isPresent) remarks.drop(policies, 'a rate of scaling', 'AWS has cooldowns, and no rates');
  }
  const isOff = (rules: Fields) => rules.at('selectPolicy').optionalText() === 'Disabled';
  const hasOwnPace = (rules: Fields) =>
    rules.at('tolerance').isPresent || rules.at('stabilizationWindowSeconds').isPresent;
  const isScaleInDisabled = isOff(down) && !hasOwnPace(down);
  const suspended = {
    ...(isOff(down) && !isScaleInDisabled && { DynamicScalingInSuspended: true }),
    ...(isOff(up) && { DynamicScalingOutSuspended: true }),
  };
  return {
    cooldown: { out: cooldownMs.up / 1000, in: cooldownMs.down / 1000 },
    windows: { out: windowOf(up), in: windowOf(down) },
    intervalSeconds,
    isScaleInDisabled,
    suspended: Object.keys(suspended).length === 0 ? undefined : suspended,
  };
}

function windowOf(rules: Fields): number {
  const window = rules.at('stabilizationWindowSeconds');
  return window.isPresent ? window.whole() : 0;
}

function checkAutoscale(autoscale: Fields, remarks: Remarks): void {
  const combine = autoscale.at('combine');
  if (combine.optionalText() === 'min') remarks.drop(combine, 'combine: min', 'in AWS the largest capacity applies');
  const idle = autoscale.at('idle');
  if (idle.isPresent) remarks.drop(idle, 'scaling to zero without work', 'AWS has no such rule');
  const fallback = autoscale.at('fallback');
  if (fallback.isPresent) remarks.drop(fallback, 'the fallback', 'AWS keeps the capacity while a metric is missing');
}
