/** One entry of `spec.metrics` as a signal and the policy on it, of every version of the HPA. */
import type { Fields } from '../fields.js';
import { asComment, targetOf, type Quantity } from './quantity.js';
import { selectorOf } from './selector.js';

/** The scaled object, in the settings of the sources. */
export type Workload = Readonly<Record<string, string>>;

export interface Metric {
  /** What the signal is called, if no other has the name. */
  readonly name: string;
  readonly signal: Readonly<Record<string, unknown>>;
  readonly policy: { readonly type: 'utilization' | 'perUnit'; readonly target: number; readonly tolerance?: string };
  readonly comment: string | undefined;
}

export interface NotSupported {
  readonly what: string;
  readonly why: string;
}

export function metricOf(metric: Fields, workload: Workload): Metric | NotSupported {
  const type = metric.at('type').text();
  switch (type) {
    case 'Resource':
      return resourceMetric(metric.at('resource'), workload);
    case 'ContainerResource':
      return resourceMetric(metric.at('containerResource'), workload);
    case 'Pods':
      return podsMetric(metric.at('pods'), workload);
    case 'Object':
      return objectMetric(metric.at('object'), workload);
    case 'External':
      return externalMetric(metric.at('external'), workload);
    default:
      throw metric.at('type').invalid('is not Resource, ContainerResource, Pods, Object or External');
  }
}

function resourceMetric(source: Fields, workload: Workload): Metric | NotSupported {
  const resource = source.at('name').text();
  if (resource !== 'cpu' && resource !== 'memory') {
    source.take();
    return { what: `the resource ${resource}`, why: 'the source kubernetes-resource measures cpu and memory' };
  }
  const container = source.at('container').optionalText();
  const name = container === undefined ? resource : `${container}_${resource}`;
  const signal = {
    type: 'kubernetes-resource',
    ...workload,
    resource,
    ...(container !== undefined && { container }),
  };
  const average = targetField(source, 'AverageValue', ['averageValue', 'targetAverageValue']);
  if (average !== undefined) {
    return { name, signal: { ...signal, measure: 'average' }, ...utilization(targetOf(average)) };
  }
  const share = targetField(source, 'Utilization', ['averageUtilization', 'targetAverageUtilization']);
  if (share === undefined) throw source.invalid('has neither averageUtilization nor averageValue');
  return { name, signal, ...utilization(targetOf(share)) };
}

function podsMetric(source: Fields, workload: Workload): Metric {
  const { name, selector } = identifierOf(source);
  const target = targetField(source, 'AverageValue', ['averageValue', 'targetAverageValue']);
  if (target === undefined) throw source.invalid('has no averageValue');
  const signal = { type: 'kubernetes-custom', metric: name, ...metricSelector(selector), ...workload };
  return { name, signal, ...utilization(targetOf(target)) };
}

/** In v2beta1, `target` names the object. */
function objectMetric(source: Fields, { namespace }: Workload): Metric {
  const { name, selector } = identifierOf(source);
  const object = source.at('describedObject').isPresent ? source.at('describedObject') : source.at('target');
  const signal = {
    type: 'kubernetes-custom',
    of: 'object',
    metric: name,
    ...metricSelector(selector),
    ...(namespace !== undefined && { namespace }),
    kind: object.at('kind').text(),
    name: object.at('name').text(),
    // Without a version, the HPA looks in the core group.
    apiVersion: object.at('apiVersion').optionalText() ?? 'v1',
  };
  return { name, signal, ...valueOrAverage(source) };
}

function externalMetric(source: Fields, { namespace }: Workload): Metric {
  const { name, selector } = identifierOf(source);
  const signal = {
    type: 'kubernetes-external',
    metric: name,
    ...(selector !== undefined && { selector }),
    ...(namespace !== undefined && { namespace }),
  };
  return { name, signal, ...valueOrAverage(source) };
}

function valueOrAverage(source: Fields): Pick<Metric, 'policy' | 'comment'> {
  const average = targetField(source, 'AverageValue', ['averageValue', 'targetAverageValue']);
  if (average !== undefined) {
    const target = targetOf(average);
    return {
      policy: { type: 'perUnit', target: target.value, tolerance: '10%' },
      comment: asComment(target),
    };
  }
  const value = targetField(source, 'Value', ['value', 'targetValue']);
  if (value === undefined) throw source.invalid('has neither value nor averageValue');
  return utilization(targetOf(value));
}

function utilization(target: Quantity): Pick<Metric, 'policy' | 'comment'> {
  return { policy: { type: 'utilization', target: target.value }, comment: asComment(target) };
}

/**
 * The field with the target: in `target` since v2beta2, beside the name of the metric in v2beta1. `type` counts as read
 * only if it names this field. Otherwise it is in the report. Undefined: the target is of another type.
 */
function targetField(source: Fields, type: string, [current, former]: readonly [string, string]): Fields | undefined {
  const target = source.at('target');
  const written = target.at('type').peek() ?? type;
  const isOther = written !== type && ['Utilization', 'AverageValue', 'Value'].includes(written);
  const field = [target.at(current), source.at(former), source.at(current)].find(({ isPresent }) => isPresent);
  if (field === undefined || isOther) return undefined;
  if (written === type) target.at('type').take();
  return field;
}

function identifierOf(source: Fields): { readonly name: string; readonly selector: string | undefined } {
  const metric = source.at('metric');
  const name = metric.isPresent ? metric.at('name').text() : source.at('metricName').text();
  const selectors = [metric.at('selector'), source.at('selector'), source.at('metricSelector')];
  const selector = selectors.find(({ isPresent }) => isPresent);
  return { name, selector: selector === undefined ? undefined : selectorOf(selector) };
}

function metricSelector(selector: string | undefined): { readonly metricSelector?: string } {
  return selector === undefined ? {} : { metricSelector: selector };
}
