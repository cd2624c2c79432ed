/** The metrics of a worker: the watches that run in it, its calls of platforms and sources, and its polls. */
import type { Watching } from '../../activities/watch/watch.js';
import { isOver } from '../domain/autoscale/evaluation.js';
import { policiesInFallback } from '../domain/autoscale/fallback.js';
import { metricFamilies as families } from '../domain/metrics.js';
import type { Metrics } from '../metrics/metrics.js';
import type { QueueStatus } from './poll-watch.js';
import type { AdapterCall } from './resource-adapters.js';

/** A watch that has ended here has no series: another worker may run it by now. */
export function showWatches(metrics: Metrics, watches: ReadonlyMap<string, Watching>): void {
  metrics.collect(() => {
    for (const watching of watches.values()) showWatch(metrics, watching);
  });
}

function showWatch(metrics: Metrics, { order, progress: { evaluation, problem, state } }: Watching): void {
  const { resource, settings, limits, pause, override } = order;
  const nowMs = Date.now();
  metrics.set(families.minCapacity, { resource }, limits.min);
  if (limits.max !== null) metrics.set(families.maxCapacity, { resource }, limits.max);
  metrics.set(families.platformFailing, { resource }, problem ? 1 : 0);
  metrics.set(families.fallbackInForce, { resource }, policiesInFallback(settings, state).length > 0 ? 1 : 0);
  metrics.set(families.evaluationInterval, { resource }, settings.intervalMs / 1000);
  if (pause && !isOver(pause, nowMs)) metrics.set(families.paused, { resource, direction: pause.direction }, 1);
  if (override && !isOver(override, nowMs)) metrics.set(families.overrideCapacity, { resource }, override.capacity);
  if (!evaluation) return;
  const { atMs, capacity, ready = null, target, recommended, limitedBy, samples } = evaluation;
  metrics.set(families.desiredCapacity, { resource }, target);
  metrics.set(families.observedCapacity, { resource }, capacity);
  if (ready !== null) metrics.set(families.readyCapacity, { resource }, ready);
  metrics.set(families.recommendedCapacity, { resource }, recommended);
  metrics.set(families.lastEvaluation, { resource }, atMs / 1000);
  for (const limit of limitedBy) metrics.set(families.limited, { resource, limit }, 1);
  for (const { signal, value, ageMs, failure } of samples) {
    metrics.set(families.signalFailing, { resource, signal }, failure ? 1 : 0);
    if (value !== null) metrics.set(families.signalValue, { resource, signal }, value);
    if (ageMs !== null) metrics.set(families.signalAge, { resource, signal }, (ageMs + nowMs - atMs) / 1000);
  }
}

export function showPolls(metrics: Metrics, status: () => Readonly<Record<string, QueueStatus>>): void {
  metrics.collect(() => {
    for (const [task_queue, { isPolling }] of Object.entries(status()))
      metrics.set(families.taskQueuePolled, { task_queue }, isPolling ? 1 : 0);
  });
}

export function countCall(metrics: Metrics, call: AdapterCall): void {
  const { resource, type, operation, signal = '', durationMs, hasFailed } = call;
  if (operation === 'sample') {
    metrics.record(families.sampleDuration, { source: type }, durationMs / 1000);
    if (hasFailed) metrics.add(families.signalErrors, { resource, signal });
    return;
  }
  metrics.record(families.platformDuration, { platform: type, operation }, durationMs / 1000);
  if (operation === 'observe' && hasFailed) metrics.add(families.platformErrors, { resource });
}

/**
 * Counters on which people are alerted start at 0, so that Prometheus sees the first increase: a series that begins at 1
 * has not increased for it.
 */
export function startAtZero(metrics: Metrics, resources: Iterable<string>): void {
  for (const resource of resources) {
    for (const direction of ['up', 'down']) {
      for (const outcome of ['accepted', 'rejected', 'unknown'])
        metrics.add(families.changes, { resource, direction, outcome }, 0);
    }
    for (const outcome of runFailures) metrics.add(families.runs, { resource, outcome }, 0);
  }
}

const runFailures = ['ResourceFailed', 'ActiveTimeout', 'CapacityNotReached', 'ChangeFailed', 'WrongDirection'];
