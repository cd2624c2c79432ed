/** What one unit should handle: the product of the target and its utilization. */
import type { Fields } from '../fields.js';
import type { Settings } from './settings.js';

/** Knative never aims lower. */
const least = 0.01;

export interface MetricTarget {
  readonly metric: 'concurrency' | 'rps';
  /** Rounded to millionths, because a percentage of a number is rarely exact in binary. */
  readonly target: number;
  /** How the target came about: `70% of 100`. */
  readonly comment: string;
}

export function targetOf(settings: Settings, containerConcurrency: Fields): MetricTarget {
  const metric = metricOf(settings);
  const limit = metric === 'concurrency' && containerConcurrency.isPresent ? containerConcurrency.whole() : 0;
  const byDefault = () =>
    metric === 'rps'
      ? settings.clusterNumber('requests-per-second-target-default', 200, { from: least })
      : limit > 0
        ? limit
        : settings.clusterNumber('container-concurrency-target-default', 100, { from: least });
  const written = settings.annotation('target').isPresent
    ? settings.number('target', undefined, 0, { from: least })
    : undefined;
  const total = written === undefined ? byDefault() : limit > 0 ? Math.min(written, limit) : written;
  const share = shareOf(settings, metric);
  const target = Math.max(least, Math.round(total * share * 1e6) / 1e6);
  return { metric, target, comment: ` ${shown(share * 100)}% of ${shown(total)}` };
}

/** Without an annotation: 70%. Only that of concurrency is a key of the ConfigMap, which also accepts a share up to 1. */
function shareOf(settings: Settings, metric: MetricTarget['metric']): number {
  if (settings.annotation('target-utilization-percentage').isPresent) {
    return settings.number('target-utilization-percentage', undefined, 70, { from: 1, to: 100 }) / 100;
  }
  if (metric === 'rps') return 0.7;
  const percentage = settings.clusterNumber('container-concurrency-target-percentage', 70, { from: least, to: 100 });
  return percentage > 1 ? percentage / 100 : percentage;
}

function metricOf(settings: Settings): 'concurrency' | 'rps' {
  const metric = settings.text('metric', undefined, 'concurrency');
  if (metric === 'concurrency' || metric === 'rps') return metric;
  throw settings
    .annotation('metric')
    .invalid(
      `is ${metric}, which needs the annotation autoscaling.knative.dev/class: hpa.autoscaling.knative.dev. The class kpa measures concurrency or rps`,
    );
}

function shown(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}
