/** One metric of CloudWatch: the newest period that is complete. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { awsClientConfig, callAws, type AwsSettings } from './aws.js';
import { SourceError } from '../source.js';

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
  // Loaded when it is needed: most configurations have no such signal, and it is large.
  const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch');
  return new CloudWatchClient(await awsClientConfig(settings, timeoutMs));
}

/** @throws SourceError noData when no period of the last minutes has a datapoint. */
export async function newestDatapoint(
  client: CloudWatchClient,
  question: MetricQuestion,
  nowMs: number,
  abortSignal: AbortSignal,
): Promise<Measured> {
  const { namespace, metric, dimensions, statistic, periodSeconds } = question;
  const periodMs = periodSeconds * 1000;
  // The period that is running has only a part of its sum; one that is over is final but for late arrivals.
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

/** Metrics of AWS arrive up to some minutes late. */
function lookBackSeconds(periodSeconds: number): number {
  return Math.max(300, 5 * periodSeconds);
}

function empty(what: string, status: string | undefined, periodSeconds: number): SourceError {
  if (status !== undefined && status !== 'Complete') {
    return new SourceError('failed', `${what} could not be read (status ${status}).`);
  }
  const since = `in the last ${lookBackSeconds(periodSeconds) / 60} minutes`;
  const advice = 'Check names, dimensions and region, or set emptyAs where nothing happening means no datapoint.';
  return new SourceError('noData', `${what} has no datapoints ${since}. ${advice}`);
}
