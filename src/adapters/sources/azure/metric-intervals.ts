/** What Azure Monitor returns for a metric, and the newest complete interval in it. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';

const point = z.object({
  timeStamp: z.iso.datetime({ offset: true }),
  average: z.number().nullish(),
  total: z.number().nullish(),
  maximum: z.number().nullish(),
  minimum: z.number().nullish(),
  count: z.number().nullish(),
});

export const metricAnswer = z.object({
  value: z.array(
    z.object({ errorCode: z.string().nullish(), timeseries: z.array(z.object({ data: z.array(point).default([]) })) }),
  ),
});

interface Wanted {
  readonly metric: string;
  readonly aggregation: Exclude<keyof z.output<typeof point>, 'timeStamp'>;
  readonly series: 'one' | 'sum' | 'average' | 'max' | 'min';
}

interface Intervals {
  /** End of the newest interval that may be used. */
  readonly endMs: number;
  readonly seconds: number;
}

interface Measured {
  readonly value: number;
  /** When the interval ended. */
  readonly atMs: number;
  readonly isDated: true;
}

/** More series than this are an error, because Azure returns no more and some might be missing. */
export const mostSeries = 1000;

/** @throws AdapterError noData if no recent interval has a value. */
export function newestInterval(answer: z.output<typeof metricAnswer>, wanted: Wanted, intervals: Intervals): Measured {
  const [found] = answer.value;
  if (found === undefined) throw new AdapterError('malformed', 'the response contains no metric. Check metric.');
  if (found.errorCode != null && found.errorCode !== 'Success') {
    throw new AdapterError('failed', 'Azure Monitor could not read the metric. Check metric and namespace.');
  }
  const { timeseries } = found;
  checkSeries(timeseries.length, wanted);
  const byEnd = valuesByEnd(timeseries, wanted, intervals);
  const newest = Math.max(...byEnd.keys());
  const values = byEnd.get(newest);
  if (values === undefined) throw empty(wanted, intervals);
  return { value: combined(values, wanted.series), atMs: newest, isDated: true };
}

function checkSeries(count: number, { series }: Wanted): void {
  if (series === 'one' && count > 1) {
    throw new AdapterError('malformed', `filter selects ${count} series. Select one of them, or set series.`);
  }
  if (count >= mostSeries) {
    throw new AdapterError('malformed', `filter selects ${mostSeries} series or more. Select fewer of them.`);
  }
}

/** The values of the complete intervals, by the end of the interval. An interval without a value is null. */
function valuesByEnd(
  timeseries: z.output<typeof metricAnswer>['value'][number]['timeseries'],
  { aggregation }: Wanted,
  { endMs, seconds }: Intervals,
): ReadonlyMap<number, number[]> {
  const byEnd = new Map<number, number[]>();
  for (const each of timeseries.flatMap(({ data }) => data)) {
    const value = each[aggregation];
    const end = Date.parse(each.timeStamp) + seconds * 1000;
    if (value == null || end > endMs) continue;
    byEnd.set(end, [...(byEnd.get(end) ?? []), value]);
  }
  return byEnd;
}

function combined(values: readonly number[], series: Wanted['series']): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (series) {
    case 'one':
    case 'sum':
      return sum;
    case 'average':
      return sum / values.length;
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
  }
}

function empty({ metric, aggregation }: Wanted, { endMs }: Intervals): AdapterError {
  const advice =
    'Check that the metric supports this aggregation and interval, or set emptyAs if it has no value while nothing happens.';
  const when = new Date(endMs).toISOString();
  return new AdapterError('noData', `${metric} has no ${aggregation} in the intervals before ${when}. ${advice}`);
}
