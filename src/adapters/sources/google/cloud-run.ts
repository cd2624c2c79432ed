/** The metrics of a Cloud Run service by short names. https://docs.cloud.google.com/monitoring/api/metrics_gcp_p_z */
import { z } from 'zod';
import type { Combination } from '../../../domain/autoscale/series.js';
import type { Aligner } from './time-series.js';

interface Measure {
  /** After `run.googleapis.com/`. */
  readonly metric: string;
  readonly where?: string;
  readonly aligner: Aligner;
  readonly series: Combination;
  /** Google's unit is a share of 1. */
  readonly isPercent?: true;
}

const measures = {
  requests: { metric: 'request_count', aligner: 'RATE', series: 'sum' },
  // A distribution over all instances. Those that process no request count as zero, as `utilization` requires.
  concurrency: { metric: 'container/max_request_concurrencies', aligner: 'DELTA', series: 'average' },
  activeInstances: {
    metric: 'container/instance_count',
    where: 'metric.labels.state="active"',
    aligner: 'MEAN',
    series: 'sum',
  },
  instances: { metric: 'container/instance_count', aligner: 'MEAN', series: 'sum' },
  pending: { metric: 'pending_queue/pending_requests', aligner: 'MAX', series: 'sum' },
  cpu: { metric: 'container/cpu/utilizations', aligner: 'DELTA', series: 'average', isPercent: true },
  memory: { metric: 'container/memory/utilizations', aligner: 'DELTA', series: 'average', isPercent: true },
} as const satisfies Record<string, Measure>;

export const cloudRunSettings = z.strictObject({
  service: z.string().min(1).describe('Name of the service.'),
  region: z.string().min(1).describe('Region of the service: `europe-west1`.'),
  measure: z
    .enum(Object.keys(measures) as (keyof typeof measures)[])
    .describe(
      '`requests`: requests per second. `concurrency`: the largest number of simultaneous requests within a minute, averaged over all instances. `activeInstances`, `instances`: the number of instances that process requests, and of all. `pending`: requests that wait for an instance. `cpu`, `memory`: percent of the limits, averaged over the instances.',
    ),
});

type CloudRunSettings = z.output<typeof cloudRunSettings>;

/** Cloud Run writes its metrics once a minute. */
const periodSeconds = 60;

/** @param project the project of the service. */
export function cloudRunQuestion(project: string, { service, region, measure }: CloudRunSettings) {
  const { metric, aligner, series, ...more }: Measure = measures[measure];
  const filter = [
    `metric.type="run.googleapis.com/${metric}"`,
    'resource.type="cloud_run_revision"',
    `resource.labels.service_name=${quoted(service)}`,
    `resource.labels.location=${quoted(region)}`,
    ...(more.where === undefined ? [] : [more.where]),
  ].join(' AND ');
  return { question: { project, filter, aligner, series, periodSeconds }, factor: more.isPercent ? 100 : 1 };
}

/** A text in a monitoring filter. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** A request counts when it ends, and a pending request until it reaches an instance. */
export function overlookedBy(measure: unknown): { readonly work: string; readonly fix: string } | undefined {
  if (measure !== 'requests' && measure !== 'pending') return undefined;
  return { work: 'requests that an instance processes', fix: 'set measure: activeInstances' };
}
