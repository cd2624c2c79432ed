/** Counts what happens in workflows. The SDK's meter counts nothing while it replays. */
import { metricMeter } from '@temporalio/workflow';
import type { MetricFamily } from '../src/domain/metrics.js';

export function count<Family extends MetricFamily>(
  { name, help }: Family,
  labels: Readonly<Record<Family['labels'][number], string>>,
): void {
  metricMeter.createCounter(name, undefined, help).add(1, labels);
}
