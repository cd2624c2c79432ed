/** A `cloudwatch` signal as the metric of a target tracking policy, and as that of an alarm. */
import { periodSeconds as periods } from '../../adapters/sources/aws/cloudwatch-settings.js';
import type { Fields } from '../../importers/fields.js';
import type { Remarks } from '../exporter.js';

export function periodOf(signal: Fields): number {
  const period = signal.at('period').optionalText() ?? '1m';
  // The loader has checked it.
  return periods[period as keyof typeof periods];
}

/** In a target tracking policy. AWS measures these metrics once a minute. */
export function trackedMetric(name: string, signal: Fields, resourceId: string, remarks: Remarks): object {
  if (periodOf(signal) !== 60) {
    remarks.drop(signal.at('period'), 'the period', 'target tracking measures once a minute');
  }
  const predefined = signal.at('predefined');
  if (predefined.isPresent) {
    const resource = signal.at('resource').text();
    return {
      PredefinedMetricSpecification: {
        PredefinedMetricType: predefined.text(),
        ...(resource !== resourceId && { ResourceLabel: resource }),
      },
    };
  }
  const isMath = signal.at('expression').isPresent || signal.at('account').isPresent;
  const CustomizedMetricSpecification = isMath
    ? { Metrics: mathOf(name, signal, undefined) }
    : { ...metricOf(signal), Statistic: statisticOf(signal) };
  return { CustomizedMetricSpecification };
}

/** @returns undefined if an alarm cannot have this metric. */
export function alarmMetric(name: string, signal: Fields): object | undefined {
  if (signal.at('predefined').isPresent) return undefined;
  const Period = periodOf(signal);
  if (signal.at('expression').isPresent || signal.at('account').isPresent)
    return { Metrics: mathOf(name, signal, Period) };
  const statistic = statisticOf(signal);
  const isPlain = ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'].includes(statistic);
  return { ...metricOf(signal), Period, ...(isPlain ? { Statistic: statistic } : { ExtendedStatistic: statistic }) };
}

function mathOf(name: string, signal: Fields, period: number | undefined): readonly object[] {
  const queries = signal.at('queries').entries();
  const inputs = queries.map(([Id, query]) => ({ Id, ...queryOf(query, period), ReturnData: false }));
  const ids = queries.map(([id]) => id);
  return [
    ...inputs,
    { Id: freeId(ids, /^[a-z]\w*$/.test(name) ? name : 'result'), ...queryOf(signal, period), ReturnData: true },
  ];
}

/** The name of the signal, if it is no query. */
function freeId(ids: readonly string[], id: string): string {
  return ids.includes(id) ? freeId(ids, `${id}_`) : id;
}

function queryOf(query: Fields, period: number | undefined): object {
  const expression = query.at('expression').optionalText();
  if (expression !== undefined) return { Expression: expression };
  const account = query.at('account').optionalText();
  const { Unit, ...Metric } = metricOf(query);
  return {
    MetricStat: {
      Metric,
      ...(period !== undefined && { Period: period }),
      Stat: statisticOf(query),
      ...(Unit !== undefined && { Unit }),
    },
    ...(account !== undefined && { AccountId: account }),
  };
}

function metricOf(metric: Fields) {
  const unit = metric.at('unit').optionalText();
  const dimensions = metric.at('dimensions').entries();
  return {
    Namespace: metric.at('namespace').text(),
    MetricName: metric.at('metric').text(),
    ...(dimensions.length > 0 && { Dimensions: dimensions.map(([Name, value]) => ({ Name, Value: value.text() })) }),
    ...(unit !== undefined && { Unit: unit }),
  };
}

function statisticOf(metric: Fields): string {
  return metric.at('statistic').optionalText() ?? 'Average';
}
