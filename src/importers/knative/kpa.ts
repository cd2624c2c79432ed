/** The class `kpa`: the autoscaler of Knative, which follows concurrent requests or requests per second. */
import { durationText } from '../../domain/written/duration.js';
import type { Fields } from '../fields.js';
import type { Settings } from './settings.js';
import { targetOf, type MetricTarget } from './target.js';

const seconds = 1000;
/** Knative decides every 2 s. */
const interval = '2s';

/** What was written without a bound is in the file as this number, because a maximum is required. */
export const withoutMaximum = 1000;

interface Kpa {
  readonly min: number;
  readonly autoscale: Readonly<Record<string, unknown>>;
  /** How the target came about: `70% of 100`. */
  readonly targetComment: string;
  readonly warnings: readonly { readonly field: Fields; readonly message: string }[];
  readonly unsupported: readonly { readonly field: Fields; readonly what: string; readonly why: string }[];
}

interface Input {
  readonly settings: Settings;
  readonly containerConcurrency: Fields;
  readonly min: number;
  readonly max: number;
  /** The labels of the series, as a person would write them first. */
  readonly labels: Readonly<Record<string, string>>;
}

export function kpaOf({ settings, containerConcurrency, min, max, labels }: Input): Kpa {
  const target = targetOf(settings, containerConcurrency);
  const windows = windowsOf(settings);
  const activation = activationScale(settings);
  const behavior = behaviorOf(settings, max);
  const zero = zeroOf(settings, min, windows.stableMs);
  const signal = target.metric;
  const value =
    activation === undefined ? signal : `${signal} > 0 ? max(${signal}, ${activation} * ${target.target}) : 0`;
  const policy = {
    type: 'perUnit',
    value,
    target: target.target,
    average: durationText(windows.stableMs),
    burst: { window: durationText(windows.panicMs), above: `${windows.threshold}%` },
  };
  return {
    min: zero.min,
    autoscale: {
      interval,
      signals: { [signal]: { type: 'prometheus', server: '${PROMETHEUS_URL}', query: queryOf(target, labels) } },
      policies: [policy],
      behavior: behavior.rules,
      ...(zero.idleMs !== undefined && { idle: { value: signal, atOrBelow: 0, for: durationText(zero.idleMs) } }),
    },
    targetComment: target.comment,
    warnings: [
      ...behavior.warnings,
      ...(activation === undefined ? [] : [{ field: settings.annotation('activation-scale'), message: sampled }]),
      ...(windows.isPanicShortened
        ? [{ field: settings.annotation('panic-window-percentage'), message: shortened }]
        : []),
    ],
    unsupported: [
      {
        field: settings.annotation('metric'),
        what: `the measurement of ${target.metric}`,
        why: `Knative counts the requests in its own proxy beside each container. The query and the address \${PROMETHEUS_URL} in the file are examples. Replace them with what your application, ingress or mesh measures`,
      },
      ...algorithm(settings),
    ],
  };
}

const sampled =
  'counts while a sample shows a load. Knative applies it until the load has been 0 for the whole window, and does not let it begin a panic';

const shortened =
  'makes the panic window as long as the stable window. The window of a burst must be shorter, and is 1 s shorter';

function queryOf({ metric }: MetricTarget, labels: Readonly<Record<string, string>>): string {
  const selector = Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');
  return metric === 'rps' ? `sum(rate(requests_total{${selector}}[10s]))` : `sum(requests_in_flight{${selector}})`;
}

function windowsOf(settings: Settings) {
  const stableMs = settings.durationMs('window', 'stable-window', 60 * seconds, {
    from: 6 * seconds,
    to: 3600 * seconds,
  });
  const share = settings.number('panic-window-percentage', 'panic-window-percentage', 10, { from: 1, to: 100 });
  // Knative checks only the annotation. A burst begins at 100% at the earliest.
  const isAnnotation = settings.annotation('panic-threshold-percentage').isPresent;
  const range = isAnnotation ? { from: 110, to: 1000 } : { from: 100 };
  const threshold = settings.number('panic-threshold-percentage', 'panic-threshold-percentage', 200, range);
  const wholeMs = Math.max(1, Math.round((stableMs * share) / 100 / seconds)) * seconds;
  const isPanicShortened = wholeMs >= stableMs;
  const panicMs = isPanicShortened ? stableMs - seconds : wholeMs;
  return { stableMs, panicMs, threshold, isPanicShortened };
}

function activationScale(settings: Settings): number | undefined {
  if (!settings.annotation('activation-scale').isPresent) return undefined;
  return settings.number('activation-scale', undefined, 0, { from: 2 }, Number.isInteger);
}

/** The rates count from the units that are ready, at each decision. */
function behaviorOf(settings: Settings, max: number) {
  const up = settings.clusterNumber('max-scale-up-rate', 1000, { from: 1 });
  const down = settings.clusterNumber('max-scale-down-rate', 2, { from: 1 });
  const delayMs = settings.durationMs('scale-down-delay', 'scale-down-delay', 0, { from: 0, to: 3600 * seconds });
  const exactDown = (1 - 1 / down) * 100;
  const scaleUp = {
    policies: [
      { type: 'Percent', value: Math.max(1, Math.round((up - 1) * 100)), periodSeconds: 1 },
      // From zero units, a percentage allows only one.
      ...(up >= 2 ? [{ type: 'Pods', value: Math.ceil(up), periodSeconds: 1 }] : []),
    ],
  };
  const scaleDown = {
    ...(delayMs > 0 && { stabilizationWindowSeconds: delayMs / seconds }),
    policies: [{ type: 'Percent', value: Math.max(1, Math.round(exactDown)), periodSeconds: 1 }],
  };
  const isExact = Number.isInteger(Math.round(exactDown * 1e6) / 1e6);
  const message = `is written as ${Math.round(exactDown)}%, because a percentage of behavior is a whole number`;
  return {
    // A rate that allows the maximum from one unit limits nothing.
    rules: { ...(up < max && { scaleUp }), scaleDown },
    warnings: isExact ? [] : [{ field: settings.clusterField('max-scale-down-rate'), message }],
  };
}

/** Knative reaches 0 when the mean of the window is 0, and keeps the last unit for the retention period. */
function zeroOf(settings: Settings, min: number, stableMs: number) {
  if (min > 0 || !settings.clusterFlag('enable-scale-to-zero', true))
    return { min: Math.max(1, min), idleMs: undefined };
  const key = 'scale-to-zero-pod-retention-period';
  const retentionMs = settings.durationMs(key, key, 0, { from: 0, to: 3600 * seconds });
  return { min: 0, idleMs: stableMs + retentionMs };
}

function algorithm(settings: Settings): Kpa['unsupported'] {
  const field = settings.annotation('metric-aggregation-algorithm');
  const text = settings.text('metric-aggregation-algorithm', undefined, 'linear');
  if (text === 'linear') return [];
  if (text !== 'weighted-exponential' && text !== 'weightedExponential') {
    throw field.invalid('is not linear or weighted-exponential');
  }
  return [{ field, what: `the aggregation ${text}`, why: 'a mean of Escapement weighs all samples of a window alike' }];
}
