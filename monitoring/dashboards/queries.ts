/** PromQL over the metrics of Escapement. A name that does not exist does not compile. */
import { metricFamilies } from '../../src/domain/metrics.js';

type Key = keyof typeof metricFamilies;

/** The series of a metric, with a selection of labels as PromQL writes it. */
export function series(metric: Key, selection = ''): string {
  const { name } = metricFamilies[metric];
  return selection === '' ? name : `${name}{${selection}}`;
}

/**
 * The value of a gauge by these labels. During a takeover, two processes may show the same resource for a moment, and a
 * restarted process has another `instance`.
 */
export function latest(metric: Key, labels: readonly string[], selection?: string): string {
  return `max by (${labels.join(', ')}) (${series(metric, selection)})`;
}

/** How often something happened in each interval of a bar chart. */
export function happened(metric: Key, labels: readonly string[], selection?: string): string {
  return `sum by (${labels.join(', ')}) (increase(${series(metric, selection)}[$__interval]))`;
}

/** Events per second. */
export function rate(metric: Key, labels: readonly string[], selection?: string): string {
  return `sum by (${labels.join(', ')}) (rate(${series(metric, selection)}[$__rate_interval]))`;
}

/** Calls per second that a histogram has measured. */
export function calls(metric: Key, labels: readonly string[]): string {
  return `sum by (${labels.join(', ')}) (rate(${metricFamilies[metric].name}_count[$__rate_interval]))`;
}

/** Of a histogram, in seconds. 95 % of the calls took at most this long. */
export function p95(metric: Key, labels: readonly string[]): string {
  const { name } = metricFamilies[metric];
  return `histogram_quantile(0.95, sum by (${['le', ...labels].join(', ')}) (rate(${name}_bucket[$__rate_interval])))`;
}
