/** One policy as an entry of `spec.metrics`. */
import type { Fields } from '../../importers/fields.js';
import type { Remarks, Source } from '../exporter.js';
import { signalOf } from '../signal.js';
import { quantityText } from './quantity.js';

type Metric = Readonly<Record<string, unknown>>;
type Settings = Fields;

/** @returns undefined if the report says why there is none. */
export function metricOf(source: Source, policy: Fields, remarks: Remarks): Metric | undefined {
  const type = policy.at('type').text();
  if (type !== 'utilization' && type !== 'perUnit') {
    remarks.drop(policy, `the policy ${type}`, 'an HPA only follows metrics');
    return undefined;
  }
  const value = policy.at('value').text();
  const signal = signalOf(source, value);
  if (signal === undefined) {
    remarks.drop(policy, `the expression ${value}`, 'a metric of an HPA is one metric of an API, without arithmetic');
    return undefined;
  }
  const target = Number(policy.at('target').take());
  const found = metricFor(signal.type, type, signal.settings, target, source);
  if (typeof found === 'string') {
    remarks.leaveOut(signal.settings);
    remarks.drop(policy, `the signal ${signal.name} (${signal.type})`, found);
    return undefined;
  }
  checkTolerance(policy, type, remarks);
  return found;
}

/** @returns the metric, or why there is none. */
function metricFor(
  source: string,
  policy: 'utilization' | 'perUnit',
  settings: Settings,
  target: number,
  { fields, alias }: Source,
): Metric | string {
  switch (source) {
    case 'kubernetes-resource':
      if (policy === 'perUnit') return 'an HPA compares CPU and memory with a target for each pod: write utilization';
      return isOwnWorkload(settings, fields.at('platform'), alias)
        ? resourceMetric(settings, target)
        : 'an HPA measures the pods that it scales, and these are the pods of another object';
    case 'kubernetes-custom':
      return customMetric(settings, policy, target, fields.at('platform'), alias);
    case 'kubernetes-external':
      return {
        type: 'External',
        external: { metric: identifierOf(settings, 'selector'), target: valueOrAverage(policy, target) },
      };
    default:
      return 'an HPA reads metrics from the APIs of Kubernetes only. escapement export keda has triggers for other sources';
  }
}

function resourceMetric(settings: Settings, target: number): Metric | string {
  const name = settings.at('resource').optionalText() ?? 'cpu';
  const container = settings.at('container').optionalText();
  const isAverage = settings.at('measure').optionalText() === 'average';
  if (!isAverage && !Number.isInteger(target)) return 'averageUtilization is a whole number of percent';
  const wanted = isAverage
    ? { type: 'AverageValue', averageValue: quantityText(target) }
    : { type: 'Utilization', averageUtilization: target };
  return container === undefined
    ? { type: 'Resource', resource: { name, target: wanted } }
    : { type: 'ContainerResource', containerResource: { name, container, target: wanted } };
}

function customMetric(
  settings: Settings,
  policy: 'utilization' | 'perUnit',
  target: number,
  platform: Fields,
  alias: string,
): Metric | string {
  const metric = identifierOf(settings, 'metricSelector');
  if (settings.at('of').optionalText() === 'object') {
    settings.at('namespace').take();
    const describedObject = {
      apiVersion: settings.at('apiVersion').optionalText() ?? 'v1',
      kind: settings.at('kind').text(),
      name: settings.at('name').text(),
    };
    return { type: 'Object', object: { metric, describedObject, target: valueOrAverage(policy, target) } };
  }
  if (policy === 'perUnit') return 'an HPA compares a metric of pods with a target for each pod: write utilization';
  if (!isOwnWorkload(settings, platform, alias)) {
    return 'an HPA measures the pods that it scales, and these are the pods of another object';
  }
  const average = { type: 'AverageValue', averageValue: quantityText(target) };
  return { type: 'Pods', pods: { metric, target: average } };
}

/** The pods of the scaled object itself. */
export function isOwnWorkload(settings: Settings, platform: Fields, alias: string): boolean {
  return (['namespace', 'kind', 'name', 'apiVersion'] as const).every((field) => {
    const ofSignal = settings.at(field).optionalText() ?? defaultOf(field, alias);
    const ofPlatform = platform.at(field).optionalText() ?? defaultOf(field, alias);
    return ofSignal === ofPlatform;
  });
}

function defaultOf(field: 'namespace' | 'kind' | 'name' | 'apiVersion', alias: string): string | undefined {
  return { namespace: undefined, kind: 'Deployment', name: alias, apiVersion: 'apps/v1' }[field];
}

/** One text with commas, such as `queue=jobs,tier in (a,b)`. */
function identifierOf(settings: Settings, field: 'selector' | 'metricSelector') {
  // The namespace of an external metric is that of the HPA.
  settings.at('namespace').take();
  const selector = settings.at(field).optionalText();
  return { name: settings.at('metric').text(), ...(selector !== undefined && { selector: labelSelector(selector) }) };
}

function labelSelector(text: string): Metric {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  const labels = parts.flatMap((part) => {
    const [, key, value] = /^([^=!()\s]+)\s*==?\s*([^=()\s]*)$/.exec(part) ?? [];
    return key === undefined ? [] : [[key, value ?? ''] as const];
  });
  const expressions = parts.flatMap((part) => expressionOf(part) ?? []);
  return {
    ...(labels.length > 0 && { matchLabels: Object.fromEntries(labels) }),
    ...(expressions.length > 0 && { matchExpressions: expressions }),
  };
}

function expressionOf(part: string): Metric | undefined {
  const [, key, operator, list = ''] = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part) ?? [];
  if (key !== undefined) {
    const values = list.split(',').map((value) => value.trim());
    return { key, operator: operator === 'in' ? 'In' : 'NotIn', values };
  }
  const [, unequal, other] = /^([^=!()\s]+)\s*!=\s*(\S+)$/.exec(part) ?? [];
  if (unequal !== undefined) return { key: unequal, operator: 'NotIn', values: [other] };
  if (/^!\S+$/.test(part)) return { key: part.slice(1), operator: 'DoesNotExist' };
  return /^[^=!()\s]+$/.test(part) ? { key: part, operator: 'Exists' } : undefined;
}

function valueOrAverage(policy: 'utilization' | 'perUnit', target: number) {
  return policy === 'perUnit'
    ? { type: 'AverageValue', averageValue: quantityText(target) }
    : { type: 'Value', value: quantityText(target) };
}

/** An HPA has 10% for every metric, unless `behavior` has another one. */
function checkTolerance(policy: Fields, type: string, remarks: Remarks): void {
  const field = policy.at('tolerance');
  const tolerance = field.optionalText() ?? (type === 'perUnit' ? '0%' : '10%');
  if (tolerance === '10%') return;
  remarks.drop(
    field,
    `the tolerance ${tolerance}`,
    'an HPA has 10% for all its metrics. From Kubernetes 1.33, write it as tolerance in behavior',
  );
}
