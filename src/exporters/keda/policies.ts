/** The policies of a resource as triggers. */
import type { Fields } from '../../importers/fields.js';
import { isOwnWorkload } from '../hpa/metrics.js';
import { quantityText } from '../hpa/quantity.js';
import type { Remarks, Source } from '../exporter.js';
import { signalOf } from '../signal.js';
import { converters } from './sources.js';
import { hasPlaceholderInside, type Trigger } from './trigger.js';

/** A trigger with its name, which is that of the signal. */
export interface NamedTrigger {
  readonly name: string;
  readonly trigger: Trigger;
  readonly metricType: string | undefined;
  readonly isResource: boolean;
}

export interface Triggers {
  readonly triggers: readonly NamedTrigger[];
  readonly crons: readonly object[];
  readonly modifiers: Readonly<Record<string, string>> | undefined;
  /** Of a `fixed` policy. */
  readonly fixed: number | undefined;
}

export function triggersOf(source: Source, remarks: Remarks): Triggers {
  const policies = source.fields.at('autoscale', 'policies').items();
  const isOf = (...types: readonly string[]) =>
    policies.filter((policy) => types.includes(policy.at('type').peek() ?? ''));
  const followed = isOf('perUnit', 'utilization');
  const triggers = followed.flatMap((policy) => triggerOf(source, policy, remarks) ?? []);
  const formulas = followed.filter((policy) => isFormula(source, policy));
  const external = triggers.filter(({ isResource }) => !isResource);
  const [formula, ...more] = formulas;
  const isAlone = more.length === 0 && external.length === 0;
  if (!isAlone) {
    const why = 'KEDA has one formula for all its triggers, and no triggers beside it';
    for (const policy of formulas) remarks.drop(policy, `the expression ${policy.at('value').text()}`, why);
  }
  const composite = formula !== undefined && isAlone ? compositeOf(source, formula, remarks) : undefined;
  const fixed = isOf('fixed').map((policy) => Number((policy.take() as { capacity: unknown }).capacity));
  for (const policy of policies.filter((each) => !known.has(each.at('type').peek() ?? ''))) {
    remarks.drop(
      policy,
      `the policy ${policy.at('type').text()}`,
      'KEDA follows metrics through an HPA, and has no such rule',
    );
  }
  return {
    triggers: [...triggers, ...(composite?.triggers ?? [])],
    crons: isOf('schedule').flatMap((policy) => cronsOf(policy, remarks)),
    modifiers: composite?.modifiers,
    fixed: fixed.length === 0 ? undefined : Math.max(...fixed),
  };
}

const known = new Set(['perUnit', 'utilization', 'fixed', 'schedule']);

/** Lag limited to the partitions, as KEDA does it without `allowIdleConsumers`. */
const limited = /^min\((\w+), (\w+) \* ([\d.]+)\)$/;

function isFormula({ fields }: Source, policy: Fields): boolean {
  const value = policy.at('value').text();
  return !fields.at('autoscale', 'signals', value).isPresent && !limited.test(value);
}

function triggerOf(source: Source, policy: Fields, remarks: Remarks): NamedTrigger | undefined {
  if (isFormula(source, policy)) return undefined;
  const value = policy.at('value').text();
  const [, lag, partitions = ''] = limited.exec(value) ?? [];
  const name = lag ?? value;
  const found = convertSignal(source, name, remarks);
  if ('why' in found) {
    remarks.drop(policy, `the signal ${name}`, found.why);
    return undefined;
  }
  if (lag !== undefined) limitToPartitions(source, partitions, found);
  const isUtilization = policy.at('type').text() === 'utilization';
  const isResource = found.type === 'cpu' || found.type === 'memory';
  const target = Number(policy.at('target').take());
  if (isResource) {
    const isAverage = source.fields.at('autoscale', 'signals', name, 'measure').optionalText() === 'average';
    found.set('value', isAverage ? quantityText(target) : target);
    checkTolerance(policy, isUtilization, remarks);
    return { name, trigger: found, metricType: isAverage ? 'AverageValue' : 'Utilization', isResource };
  }
  found.set(found.names.target, target);
  checkTolerance(policy, isUtilization, remarks);
  return { name, trigger: found, metricType: isUtilization ? 'Value' : undefined, isResource };
}

function convertSignal(source: Source, name: string, remarks: Remarks): Trigger | { readonly why: string } {
  const signal = signalOf(source, name);
  const convert = signal && converters.get(signal.type);
  if (signal === undefined) return { why: 'it does not exist' };
  const settings = signal.settings;
  if (convert === undefined) {
    remarks.leaveOut(settings);
    return {
      why: `this exporter has no trigger for the source ${signal.type}. It has those for ${[...converters.keys()].join(', ')}`,
    };
  }
  if (hasPlaceholderInside(settings.peekValue())) {
    remarks.leaveOut(settings);
    return {
      why: 'a placeholder is inside of a longer text, and KEDA replaces only whole parameters. Write ${NAME} as the whole value',
    };
  }
  if (signal.type === 'kubernetes-resource' && !isOwnWorkload(settings, source.fields.at('platform'), source.alias)) {
    remarks.leaveOut(settings);
    return { why: 'KEDA measures the pods that it scales, and these are the pods of another object' };
  }
  const found = convert(settings);
  if ('why' in found) remarks.leaveOut(settings);
  return found;
}

function limitToPartitions({ fields }: Source, partitions: string, trigger: Trigger): void {
  delete trigger.metadata['allowIdleConsumers'];
  const signal = fields.at('autoscale', 'signals', partitions);
  if (signal.at('measure').optionalText() === 'partitionsWithLag') trigger.set('limitToPartitionsWithLag', 'true');
  // All its other settings are those of the lag.
  signal.take();
}

function checkTolerance(policy: Fields, isUtilization: boolean, remarks: Remarks): void {
  const field = policy.at('tolerance');
  const tolerance = field.optionalText() ?? (isUtilization ? '10%' : '0%');
  if (tolerance === '10%') return;
  remarks.drop(
    field,
    `the tolerance ${tolerance}`,
    'the HPA that KEDA makes has 10%. From Kubernetes 1.33, write it as tolerance in behavior',
  );
}

interface Composite {
  readonly triggers: readonly NamedTrigger[];
  readonly modifiers: Readonly<Record<string, string>>;
}

/** `scalingModifiers`: the triggers of the signals in it, whose own targets have no effect. */
function compositeOf(source: Source, policy: Fields, remarks: Remarks): Composite | undefined {
  const value = policy.at('value').text();
  const signals = source.fields
    .at('autoscale', 'signals')
    .entries()
    .map(([name]) => name);
  const words = [...new Set(value.match(/[A-Za-z_]\w*/g))];
  const unknown = words.filter((word) => !signals.includes(word) && !functions.includes(word));
  if (unknown.length > 0) {
    remarks.drop(policy, `the expression ${value}`, `a formula of KEDA has no ${unknown.join(' and ')}`);
    return undefined;
  }
  const found = words
    .filter((word) => signals.includes(word))
    .map((name) => ({ name, trigger: convertSignal(source, name, remarks) }));
  const refused = found.flatMap(({ name, trigger }) => ('why' in trigger ? [`${name}: ${trigger.why}`] : []));
  if (refused.length > 0) {
    remarks.drop(policy, `the expression ${value}`, refused.join('; '));
    return undefined;
  }
  const isUtilization = policy.at('type').text() === 'utilization';
  checkTolerance(policy, isUtilization, remarks);
  return {
    triggers: found.flatMap(({ name, trigger }) =>
      'why' in trigger
        ? []
        : [{ name, trigger: trigger.set(trigger.names.target, 1), metricType: undefined, isResource: false }],
    ),
    modifiers: {
      formula: value,
      target: String(policy.at('target').take()),
      ...(isUtilization && { metricType: 'Value' }),
    },
  };
}

/** Functions that both languages have. */
const functions = ['min', 'max', 'ceil', 'floor', 'round', 'abs'];

/** A window with a minimum is a cron trigger. */
function cronsOf(policy: Fields, remarks: Remarks): readonly object[] {
  policy.at('type').take();
  const timezone = policy.at('timezone').text();
  return policy
    .at('windows')
    .items()
    .flatMap((window) => {
      const [start, end] = [window.at('cron').optionalText(), window.at('until').optionalText()];
      const min = window.at('min').peekValue();
      const isOnlyMin = typeof min === 'number' && !window.at('max').isPresent;
      if (start === undefined || end === undefined || !isOnlyMin) {
        remarks.drop(
          window,
          'the window',
          'a cron trigger has a start and an end as cron patterns, and a minimum: write cron, until and min',
        );
        return [];
      }
      window.at('min').take();
      return [{ type: 'cron', metadata: { timezone, start, end: cronOf(end), desiredReplicas: String(min) } }];
    });
}

/** `18:30` is every day at that time. */
function cronOf(until: string): string {
  const [, hour, minute] = /^(\d{2}):(\d{2})$/.exec(until) ?? [];
  return hour === undefined ? until : `${Number(minute)} ${Number(hour) % 24} * * *`;
}
