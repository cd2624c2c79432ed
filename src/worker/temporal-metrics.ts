/**
 * Adds what the Temporal SDK measures to the metrics of this process: its own metrics, and those that workflows and
 * activities count through its meter. The SDK buffers each update until it is collected here, so that no second port is
 * needed and one page has everything.
 */
import type { Metric, MetricTags } from '@temporalio/common';
import { MetricsBuffer } from '@temporalio/worker';
import { Counter, Gauge, Histogram } from 'prom-client';
import { metricFamilies, type MetricFamily } from '../domain/metrics.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Logger } from '../process/logger.js';
import { Outage } from '../process/outage.js';

const collectEveryMs = 1000;
/** A restart of thousands of watches makes some 10,000 updates within a second. The SDK logs an update that it drops. */
const mostBuffered = 200_000;

/** The labels of the SDK with a bounded set of values. */
const sdkLabels = [
  'namespace',
  'task_queue',
  'operation',
  'workflow_type',
  'activity_type',
  'worker_type',
  'poller_type',
  'failure_reason',
  'status_code',
  'eager',
];
/** From a call within one machine to a poll, which lasts a minute, and an activity that runs for hours. */
const sdkBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600, 3600];

type Update = (tags: MetricTags, value: number) => void;

export class TemporalMetrics {
  readonly buffer = new MetricsBuffer({ maxBufferSize: mostBuffered, useSecondsForDurations: true });
  readonly #ours = new Map<string, MetricFamily>(Object.values(metricFamilies).map((family) => [family.name, family]));
  readonly #updates = new Map<string, Update>();

  readonly #outage: Outage;

  constructor(
    private readonly metrics: Metrics,
    log: Logger,
  ) {
    const words = { fails: 'Metrics of the Temporal SDK are incomplete', worksAgain: 'They are complete again' };
    this.#outage = new Outage({ log, fields: {}, words });
  }

  /** Call it after the buffer was given to the SDK. Runs as long as the process. */
  start(): void {
    setInterval(() => this.#drain(), collectEveryMs).unref();
    this.metrics.collect(() => this.#drain());
  }

  /** Never throws: a metric that a later version of the SDK adds must not end the process. */
  #drain(): void {
    for (const { metric, value, attributes } of this.buffer.retrieveUpdates()) {
      try {
        this.#updateOf(metric)(attributes, value);
      } catch (error) {
        this.#outage.fails({ metric: metric.name, err: error });
      }
    }
  }

  #updateOf(metric: Metric): Update {
    const known = this.#updates.get(metric.name);
    if (known) return known;
    const family = this.#ours.get(metric.name);
    const update = family ? this.#updateOurs(family) : this.#updateTheirs(metric);
    this.#updates.set(metric.name, update);
    return update;
  }

  #updateOurs(family: MetricFamily): Update {
    if (family.type === 'histogram') {
      const histogram = this.metrics.histogramOf(family);
      return (tags, value) => histogram.observe(picked(family.labels, tags), value);
    }
    const counter = this.metrics.counterOf(family);
    return (tags, value) => counter.inc(picked(family.labels, tags), value);
  }

  #updateTheirs({ name, kind, unit, description = '' }: Metric): Update {
    const settings = {
      help: description === '' ? 'A metric of the Temporal SDK.' : description,
      labelNames: sdkLabels,
      registers: [this.metrics.registry],
    };
    if (kind === 'counter') {
      const counter = new Counter({ ...settings, name: `${name}_total` });
      return (tags, value) => counter.inc(picked(sdkLabels, tags), value);
    }
    if (kind === 'histogram') {
      const inSeconds = unit === 's' ? `${name}_seconds` : name;
      const histogram = new Histogram({ ...settings, name: inSeconds, buckets: sdkBuckets });
      return (tags, value) => histogram.observe(picked(sdkLabels, tags), value);
    }
    const gauge = new Gauge({ ...settings, name });
    if (kind === 'up-down-counter') return (tags, value) => gauge.inc(picked(sdkLabels, tags), value);
    return (tags, value) => gauge.set(picked(sdkLabels, tags), value);
  }
}

function picked(labels: readonly string[], tags: MetricTags): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const label of labels) {
    const value = tags[label];
    if (value !== undefined) chosen[label] = String(value);
  }
  return chosen;
}
