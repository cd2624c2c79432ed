/** A metric of a target tracking policy or of an alarm, as a `cloudwatch` signal. */
import { periodSeconds as periods } from '../../adapters/sources/aws/cloudwatch-settings.js';
import { predefinedNames } from '../../adapters/sources/aws/predefined-metrics.js';
import type { Fields } from '../fields.js';
import { numberIn } from './values.js';

export interface Signal {
  /** What it is called, if no other has the name. */
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly periodSeconds: number;
}

export interface NotSupported {
  readonly what: string;
  readonly why: string;
}

/** What AWS measures in a target tracking policy: a minute at a time, unless the metric says otherwise. */
const minute = 60;

const shortNames: Readonly<Partial<Record<string, string>>> = {
  ECSServiceAverageCPUUtilization: 'cpu',
  ECSServiceAverageMemoryUtilization: 'memory',
  ALBRequestCountPerTarget: 'requestsPerTarget',
  LambdaProvisionedConcurrencyUtilization: 'provisionedUtilization',
};

export function predefinedSignal(metric: Fields, resourceId: string): Signal | NotSupported {
  const predefined = metric.at('PredefinedMetricType').text();
  if (!predefinedNames.some((name) => name === predefined)) {
    metric.take();
    return {
      what: predefined,
      why: 'the source cloudwatch does not know it, because no platform here scales its resource',
    };
  }
  const resource = metric.at('ResourceLabel').optionalText() ?? resourceId;
  const name = shortNames[predefined] ?? predefined;
  return { name, settings: { type: 'cloudwatch', predefined, resource }, periodSeconds: minute };
}

export function customizedSignal(metric: Fields): Signal | NotSupported {
  if (metric.at('Metrics').isPresent) return mathSignal(metric.at('Metrics'), minute);
  const statistic = metric.at('Statistic').text();
  return metricSignal(metric, statistic, minute);
}

/** The metric of an alarm has a period, and a statistic or a percentile. */
export function alarmSignal(alarm: Fields): Signal | NotSupported {
  if (alarm.at('Metrics').isPresent) return mathSignal(alarm.at('Metrics'), minute);
  const statistic = alarm.at('ExtendedStatistic').optionalText() ?? alarm.at('Statistic').text();
  return metricSignal(alarm, statistic, numberIn(alarm.at('Period')));
}

function metricSignal(metric: Fields, statistic: string, periodSeconds: number): Signal | NotSupported {
  const period = periodText(periodSeconds);
  if (period === undefined) {
    metric.take();
    return notAPeriod(periodSeconds);
  }
  const name = metric.at('MetricName').text();
  const settings = { type: 'cloudwatch', ...metricFields(metric), statistic, ...(period !== '1m' && { period }) };
  return { name: camelCase(name), settings, periodSeconds };
}

function metricFields(metric: Fields) {
  const unit = metric.at('Unit').optionalText();
  const dimensions = metric
    .at('Dimensions')
    .items()
    .map((each) => [each.at('Name').text(), each.at('Value').text()] as const);
  return {
    namespace: metric.at('Namespace').text(),
    metric: metric.at('MetricName').text(),
    ...(dimensions.length > 0 && { dimensions: Object.fromEntries(dimensions) }),
    ...(unit !== undefined && { unit }),
  };
}

/** Metric math: the entry that returns data is the signal, and the others are what it is computed from. */
function mathSignal(metrics: Fields, defaultPeriod: number): Signal | NotSupported {
  const entries = metrics.items().map((field) => ({ field, id: field.at('Id').text() }));
  // The default of ReturnData is true.
  const returned = entries.filter(({ field }) => field.at('ReturnData').take() !== false);
  const [result, ...others] = returned;
  if (result === undefined || others.length > 0) {
    throw metrics.invalid(`has ${returned.length} entries with ReturnData: true, but exactly one must have it`);
  }
  const found = entries.flatMap(({ field }) => {
    const period = [field.at('MetricStat', 'Period'), field.at('Period')].find(({ isPresent }) => isPresent);
    return period === undefined ? [] : [numberIn(period)];
  });
  const [periodSeconds = defaultPeriod, ...differing] = [...new Set(found)];
  const period = periodText(periodSeconds);
  if (period === undefined || differing.length > 0) {
    metrics.take();
    return period === undefined
      ? notAPeriod(periodSeconds)
      : { what: 'metrics of different periods', why: 'a signal of cloudwatch has one period for all its queries' };
  }
  const inPeriod = period !== '1m' && { period };
  const own = queryOf(result.field);
  const isMath = 'expression' in own;
  // Beside a plain metric, the other entries are not used, and are left for the report.
  const inputs = isMath ? entries.filter((entry) => entry !== result) : [];
  const queries = inputs.map(({ id, field }) => [id, queryOf(field)] as const);
  return {
    name: isMath ? result.id : camelCase(String(own['metric'])),
    settings: {
      type: 'cloudwatch',
      ...own,
      ...(queries.length > 0 && { queries: Object.fromEntries(queries) }),
      ...inPeriod,
    },
    periodSeconds,
  };
}

function queryOf(entry: Fields): Readonly<Record<string, unknown>> {
  const expression = entry.at('Expression').optionalText();
  if (expression !== undefined) return { expression };
  const stat = entry.at('MetricStat');
  const account = entry.at('AccountId').optionalText();
  const unit = stat.at('Unit').optionalText();
  return {
    ...metricFields(stat.at('Metric')),
    statistic: stat.at('Stat').text(),
    ...(unit !== undefined && { unit }),
    ...(account !== undefined && { account }),
  };
}

/** The period as `cloudwatch` writes it; undefined if it has none of this length. */
export function periodText(seconds: number): string | undefined {
  return Object.entries(periods).find(([, each]) => each === seconds)?.[0];
}

function notAPeriod(seconds: number): NotSupported {
  const known = Object.keys(periods).join(', ');
  return { what: `a metric with a period of ${seconds} s`, why: `the source cloudwatch supports the periods ${known}` };
}

/** `CPUUtilization` is `cpuUtilization`, as a person would name the signal. */
function camelCase(name: string): string {
  return name.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (initials) => initials.toLowerCase());
}
