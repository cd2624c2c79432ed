/** What CloudWatch is asked, a metric or an expression over metrics, and the newest complete period of its answer. */
import type { CloudWatchClient, MetricDataQuery, MetricDataResult, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { oneLine } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import { sourceClientConfig, callAws, type AwsSettings } from './aws.js';

export interface Metric {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
  readonly unit?: StandardUnit | undefined;
  /** ID of the account, where this account monitors others. */
  readonly account?: string | undefined;
}

interface Expression {
  readonly expression: string;
}

export interface MetricQuestion {
  /** For messages: `metric AWS/ECS/CPUUtilization`. */
  readonly what: string;
  /** By ID, which expressions may name. */
  readonly queries: Readonly<Record<string, Metric | Expression>>;
  /** ID of the query whose value is wanted. */
  readonly wanted: string;
  readonly periodSeconds: number;
}

interface Measured {
  readonly value: number;
  /** When the period ended. */
  readonly atMs: number;
  readonly isDated: true;
}

export function questionOf(metric: Metric, periodSeconds: number): MetricQuestion {
  const what = `metric ${metric.namespace}/${metric.metric}`;
  return { what, queries: { newest: metric }, wanted: 'newest', periodSeconds };
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
  const { what, periodSeconds } = question;
  const periodMs = periodSeconds * 1000;
  // The current period has only a part of its sum. A past period is final, except for late datapoints.
  const endMs = Math.floor(nowMs / periodMs) * periodMs;
  const { GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
  const command = new GetMetricDataCommand({
    StartTime: new Date(endMs - lookBackSeconds(periodSeconds) * 1000),
    EndTime: new Date(endMs),
    ScanBy: 'TimestampDescending',
    MetricDataQueries: queriesOf(question),
  });
  const answer = await callAws(what, 'cloudwatch:GetMetricData', () => client.send(command, { abortSignal }));
  const result = onlyResult(answer.MetricDataResults ?? [], what);
  const value = result?.Values?.[0];
  const startedAt = result?.Timestamps?.[0];
  if (value === undefined || startedAt === undefined) throw empty(question, result);
  return { value, atMs: startedAt.getTime() + periodMs, isDated: true };
}

function queriesOf({ queries, wanted, periodSeconds }: MetricQuestion): MetricDataQuery[] {
  return Object.entries(queries).map(([id, query]) => ({
    Id: id,
    ReturnData: id === wanted,
    ...('expression' in query ? expressionQuery(query, periodSeconds) : metricQuery(query, periodSeconds)),
  }));
}

function metricQuery({ namespace, metric, dimensions, statistic, unit, account }: Metric, periodSeconds: number) {
  return {
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodSeconds,
      Stat: statistic,
      ...(unit !== undefined && { Unit: unit }),
    },
    ...(account !== undefined && { AccountId: account }),
  };
}

/** A Metrics Insights query has no metrics that would give it a period. */
function expressionQuery({ expression }: Expression, periodSeconds: number) {
  return { Expression: expression, ...(/^\s*SELECT\b/i.test(expression) && { Period: periodSeconds }) };
}

/** SEARCH and GROUP BY return one result for each series, all with the ID of the expression. */
function onlyResult(results: readonly MetricDataResult[], what: string): MetricDataResult | undefined {
  if (results.length <= 1) return results[0];
  throw new AdapterError(
    'malformed',
    `${what} returned ${results.length} series instead of one. Combine them: SUM(...), AVG(...), MAX(...) or MIN(...).`,
  );
}

/** AWS publishes metrics up to a few minutes late. */
function lookBackSeconds(periodSeconds: number): number {
  return Math.max(300, 5 * periodSeconds);
}

function empty({ what, queries, periodSeconds }: MetricQuestion, result: MetricDataResult | undefined): AdapterError {
  const status = result?.StatusCode;
  if (status !== undefined && status !== 'Complete') {
    return new AdapterError('failed', `${what} could not be read (status ${status}).`);
  }
  const since = `in the last ${lookBackSeconds(periodSeconds) / 60} minutes`;
  const said = (result?.Messages ?? []).map(({ Value = '' }) => ` CloudWatch says: ${oneLine(Value)}.`).join('');
  const isExpression = Object.values(queries).some((query) => 'expression' in query);
  const advice = isExpression
    ? 'An expression has a datapoint only for a period in which each of its metrics has one. Check names, dimensions and region, write FILL(id, 0) for a metric that has no datapoint while nothing happens, or set emptyAs.'
    : 'Check names, dimensions and region, or set emptyAs if the metric has no datapoint while nothing happens.';
  return new AdapterError('noData', `${what} has no datapoints ${since}.${said} ${advice}`);
}
