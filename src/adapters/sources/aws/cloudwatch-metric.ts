/** One metric of CloudWatch: its newest complete period. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { AdapterError } from '../../net/errors.js';
import { sourceClientConfig, callAws, type AwsSettings } from './aws.js';

export interface MetricQuestion {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
  readonly periodSeconds: number;
}

interface Measured {
  readonly value: number;
  /** When the period ended. */
  readonly atMs: number;
  readonly isDated: true;
}

export async function openCloudWatch(settings: AwsSettings, timeoutMs: number): Promise<CloudWatchClient> {
  // Loaded on first use: the SDK is large, and most configurations have no such signal.
  const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch');
  return new CloudWatchClient(await sourceClientConfig(settings, timeoutMs));
}

/** @throws AdapterError noData when no period of the last minutes has a datapoint. */
export async function newestDatapoint(
  client: CloudWatchClient,
  question: MetricQuestion,
  nowMs: number,
  abortSignal: AbortSignal,
): Promise<Measured> {
  const { namespace, metric, dimensions, statistic, periodSeconds } = question;
  const periodMs = periodSeconds * 1000;
  // The current period has only a part of its sum. A past period is final, except for late datapoints.
  const endMs = Math.floor(nowMs / periodMs) * periodMs;
  const { GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
  const command = new GetMetricDataCommand({
    StartTime: new Date(endMs - lookBackSeconds(periodSeconds) * 1000),
    EndTime: new Date(endMs),
    ScanBy: 'TimestampDescending',
    MetricDataQueries: [
      {
        Id: 'newest',
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: metric,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: periodSeconds,
          Stat: statistic,
        },
      },
    ],
  });
  const what = `metric ${namespace}/${metric}`;
  const answer = await callAws(what, 'cloudwatch:GetMetricData', () => client.send(command, { abortSignal }));
  const result = answer.MetricDataResults?.[0];
  const value = result?.Values?.[0];
  const startedAt = result?.Timestamps?.[0];
  if (value === undefined || startedAt === undefined) throw empty(what, result?.StatusCode, periodSeconds);
  return { value, atMs: startedAt.getTime() + periodMs, isDated: true };
}

/** AWS publishes metrics up to a few minutes late. */
function lookBackSeconds(periodSeconds: number): number {
  return Math.max(300, 5 * periodSeconds);
}

function empty(what: string, status: string | undefined, periodSeconds: number): AdapterError {
  if (status !== undefined && status !== 'Complete') {
    return new AdapterError('failed', `${what} could not be read (status ${status}).`);
  }
  const since = `in the last ${lookBackSeconds(periodSeconds) / 60} minutes`;
  const advice =
    'Check names, dimensions and region, or set emptyAs if the metric has no datapoint while nothing happens.';
  return new AdapterError('noData', `${what} has no datapoints ${since}. ${advice}`);
}
