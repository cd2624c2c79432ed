/** `min`, `idle` and `fixed` as the counts of a ScaledObject. */
import { parseDuration } from '../../domain/written/duration.js';
import type { Remarks, Source } from '../exporter.js';
import type { NamedTrigger, Triggers } from './policies.js';

interface Counts {
  readonly minReplicaCount: number;
  readonly idleReplicaCount?: number;
  readonly cooldownPeriod?: number;
}

export function countsOf({ fields, config }: Source, triggers: Triggers, remarks: Remarks): Counts {
  const { min } = config.settings;
  const idle = fields.at('autoscale', 'idle');
  const { fixed } = triggers;
  if (!idle.isPresent) {
    const least = Math.max(min, fixed ?? 0);
    if (least > 0) return { minReplicaCount: least };
    remarks.warn(
      fields.at('min'),
      'is 0. KEDA scales to zero when no trigger is active, at once with cooldownPeriod 0',
    );
    return { minReplicaCount: 0, cooldownPeriod: 0 };
  }
  const capacity = idle.at('capacity').isPresent ? idle.at('capacity').whole() : 0;
  const atOnce = idle.at('atOnce');
  if (atOnce.take() !== true) remarks.warn(idle, 'follows behavior here. KEDA scales to zero in one step');
  const seconds = (parseDuration(idle.at('for').text()) ?? 0) / 1000;
  activate(idle.at('value').text(), Number(idle.at('atOrBelow').take() ?? 0), triggers, () => {
    remarks.drop(
      idle.at('value'),
      'the value of idle',
      'a ScaledObject is active while any of its triggers is above its activation value: write name > 1 || other > 5 ? 1 : 0, over all of them',
    );
  });
  return {
    minReplicaCount: fixed ?? min,
    // KEDA refuses an idle count that is not below the minimum.
    ...(fixed !== undefined && capacity < fixed && { idleReplicaCount: capacity }),
    cooldownPeriod: seconds,
  };
}

/** The activation value of each trigger. The forms are those that `escapement import keda` writes. */
function activate(value: string, atOrBelow: number, { triggers, modifiers }: Triggers, refuse: () => void): void {
  const external = triggers.filter(({ isResource }) => !isResource);
  if (modifiers !== undefined) {
    // `triggersOf` made the object for this resource.
    if (value === modifiers['formula'])
      Object.assign(modifiers, atOrBelow !== 0 && { activationTarget: String(atOrBelow) });
    else refuse();
    return;
  }
  const levels = levelsIn(value, atOrBelow);
  const names = new Set(levels.map(({ name }) => name));
  if (external.length !== names.size || !external.every(({ name }) => names.has(name))) {
    // Without a trigger but cron, nothing measures work.
    if (external.length > 0 || value !== '0') refuse();
    return;
  }
  for (const { name, above } of levels) {
    const found = external.find((trigger) => trigger.name === name);
    if (found !== undefined && above !== 0) setActivation(found, above);
  }
}

function setActivation({ trigger }: NamedTrigger, above: number): void {
  trigger.set(trigger.names.activation, above);
}

/** `a`, `a + b`, `(a > 1 || b > 5) ? 1 : 0`. */
function levelsIn(value: string, atOrBelow: number): readonly { readonly name: string; readonly above: number }[] {
  const [, conditions] = /^\((.*)\) \? 1 : 0$/.exec(value) ?? [];
  if (conditions !== undefined) {
    return conditions.split(' || ').map((condition) => {
      const [, name = '', above = 'NaN'] = /^(\w+) > ([\d.]+)$/.exec(condition) ?? [];
      return { name, above: Number(above) };
    });
  }
  const names = value.split(' + ');
  return names.length > 1 && atOrBelow !== 0 ? [] : names.map((name) => ({ name, above: atOrBelow }));
}
