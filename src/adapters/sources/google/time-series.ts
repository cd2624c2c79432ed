/** One request to Cloud Monitoring, and the number in its response. */
import { z } from 'zod';
import { type Combination, combined } from '../../../domain/autoscale/series.js';
import { oneLine } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import type { GoogleApi } from '../../net/google/api.js';
import { newestComplete, type Period, type Point } from './newest-period.js';

export const aligners = [
  ...(['MEAN', 'MAX', 'MIN', 'SUM', 'COUNT', 'RATE', 'DELTA', 'NEXT_OLDER'] as const),
  ...(['PERCENTILE_99', 'PERCENTILE_95', 'PERCENTILE_50', 'PERCENTILE_05', 'COUNT_TRUE', 'FRACTION_TRUE'] as const),
] as const;
export type Aligner = (typeof aligners)[number];

export const reducers = [
  ...(['SUM', 'MEAN', 'MAX', 'MIN', 'COUNT'] as const),
  ...(['PERCENTILE_99', 'PERCENTILE_95', 'PERCENTILE_50', 'PERCENTILE_05'] as const),
] as const;

export interface TimeSeriesQuestion {
  readonly project: string;
  readonly filter: string;
  readonly aligner: Aligner;
  readonly periodSeconds: number;
  readonly reducer?: (typeof reducers)[number] | undefined;
  readonly groupBy?: readonly string[] | undefined;
  /** How several series become one number. `one`: several series are an error. */
  readonly series: Combination | 'one';
}

interface Measured {
  readonly value: number;
  readonly atMs: number;
  readonly isDated: true;
}

/** @throws AdapterError noData if no period of the last minutes has a point. */
export async function newestValue(
  api: GoogleApi,
  question: TimeSeriesQuestion,
  nowMs: number,
  signal: AbortSignal,
): Promise<Measured> {
  const { project, aligner, periodSeconds, series: combination } = question;
  const path = `/v3/projects/${encodeURIComponent(project)}/timeSeries`;
  const series = seriesIn(await api.read({ path, query: queryOf(question, nowMs) }, signal));
  if (combination === 'one' && series.length > 1) {
    throw new AdapterError(
      'malformed',
      `the filter selects ${series.length} series. Set series, or narrow the filter.`,
    );
  }
  const isDistribution = series.some((points) => points.some(({ count }) => count !== undefined));
  const untilNext = accumulating.includes(aligner) && !isDistribution;
  const period = newestComplete(series, periodSeconds * 1000, untilNext);
  if (period === undefined) throw series.length === 0 ? empty(periodSeconds) : unfinished();
  return { value: numberOf(period, combination === 'one' ? 'sum' : combination), atMs: period.endMs, isDated: true };
}

/** The value of a period with these aligners grows until its last point has arrived. */
const accumulating: readonly Aligner[] = ['RATE', 'DELTA', 'SUM', 'COUNT'];

/**
 * Google counts the periods back from the end of the interval. With whole periods, the same point has the same time in
 * every response, so that it counts once.
 */
function queryOf({ filter, aligner, periodSeconds, reducer, groupBy = [] }: TimeSeriesQuestion, nowMs: number) {
  const periodMs = periodSeconds * 1000;
  const endMs = Math.floor(nowMs / periodMs) * periodMs;
  return {
    filter,
    'interval.startTime': new Date(endMs - lookBackSeconds(periodSeconds) * 1000).toISOString(),
    'interval.endTime': new Date(endMs).toISOString(),
    'aggregation.alignmentPeriod': `${periodSeconds}s`,
    'aggregation.perSeriesAligner': `ALIGN_${aligner}`,
    ...(reducer && { 'aggregation.crossSeriesReducer': `REDUCE_${reducer}` }),
    ...(groupBy.length > 0 && { 'aggregation.groupByFields': groupBy }),
  };
}

/** Google shows some metrics four minutes after the end of their sampling interval of one minute. */
function lookBackSeconds(periodSeconds: number): number {
  return Math.max(480, 5 * periodSeconds);
}

/** The JSON form of protobuf: 64-bit integers and special floating-point values are strings. */
const whole = z.union([z.number(), z.string().regex(/^-?\d+$/)]).transform(Number);
const floating = z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity']).transform(Number)]);

const valueSchema = z.union([
  z.object({ doubleValue: floating }).transform(({ doubleValue: value }) => ({ value })),
  z.object({ int64Value: whole }).transform(({ int64Value: value }) => ({ value })),
  z.object({ boolValue: z.boolean() }).transform(({ boolValue }) => ({ value: Number(boolValue) })),
  // The mean is left out if it is zero.
  z
    .object({ distributionValue: z.object({ count: whole.default(0), mean: floating.default(0) }) })
    .transform(({ distributionValue: { count, mean } }) => ({ value: mean, count })),
]);

const answerSchema = z.object({
  timeSeries: z
    .array(
      z.object({
        points: z
          .array(z.object({ interval: z.object({ endTime: z.iso.datetime({ offset: true }) }), value: valueSchema }))
          .default([]),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
  executionErrors: z.array(z.object({ message: z.string().default('no reason') })).default([]),
});

function seriesIn(answer: unknown): Point[][] {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) {
    const advice = 'A metric of texts cannot be read. Check filter and endpoint.';
    throw new AdapterError('malformed', `the response has no numbers in the form of Cloud Monitoring. ${advice}`);
  }
  const { timeSeries, nextPageToken, executionErrors } = parsed.data;
  const [failure] = executionErrors;
  if (failure) throw new AdapterError('failed', `the result may be incomplete: ${oneLine(failure.message)}.`);
  if (nextPageToken)
    throw new AdapterError('malformed', 'the result has several pages. Narrow the filter, or set reducer.');
  return (
    timeSeries
      .map(({ points }) => points.map(({ interval, value }) => ({ endMs: Date.parse(interval.endTime), ...value })))
      // A distribution without values is a period in which nothing was measured.
      .map((points) => points.filter((point) => !('count' in point) || point.count > 0))
      .filter((points) => points.length > 0)
  );
}

/** The average of distributions is the mean of all their values: a series with more values counts more. */
function numberOf({ points }: Period, combination: Combination): number {
  const counted = points.map(({ count }) => count);
  const total = counted.reduce((sum: number, count) => sum + (count ?? 0), 0);
  if (combination === 'average' && counted.every((count) => count !== undefined)) {
    return points.reduce((sum, { value, count = 0 }) => sum + value * (count / total), 0);
  }
  const values = points.map(({ value }) => value);
  return combined(combination, values);
}

function empty(periodSeconds: number): AdapterError {
  const since = `in the last ${lookBackSeconds(periodSeconds) / 60} minutes`;
  const advice = 'Check project and the filter, or set emptyAs if the metric has no points while nothing happens.';
  return new AdapterError('noData', `no series has a point ${since}. ${advice}`);
}

/** Not "no data", which emptyAs would replace: something was measured. */
function unfinished(): AdapterError {
  return new AdapterError('failed', 'no period is complete yet. Samples begin with the second period that has points.');
}
