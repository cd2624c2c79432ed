/** Prometheus and what speaks its API (Thanos, Mimir, VictoriaMetrics): one instant query, one number. */
import { z } from 'zod';
import { oneLine } from '../net/answer-words.js';
import { AdapterError } from '../net/errors.js';
import type { Answer } from '../net/http/request.js';
import { addressSetting } from '../net/server-address.js';
import { emptyAsSetting } from './empty-as.js';
import { HttpClient, httpSettings, jsonOfAny, jsonOfSuccess } from './http-client.js';
import { makeSampler } from './sampler.js';
import { defineSource } from './source.js';

const settings = z.strictObject({
  server: addressSetting(['http', 'https']).describe(
    'Address of the server, with the path before `/api/v1` if there is one: "http://prometheus:9090".',
  ),
  query: z.string().min(1).describe('PromQL that gives one number: a scalar, or a vector of one series.'),
  series: z
    .enum(['one', 'sum', 'max', 'min', 'average'])
    .default('one')
    .describe('What to do with a vector of several series: refuse it (`one`), or make one number of it.'),
  emptyAs: emptyAsSetting('the query has no result or NaN'),
  ...httpSettings,
});

export const prometheus = defineSource({
  type: 'prometheus',
  summary: 'The result of a PromQL query.',
  settings,
  create(settings, context) {
    const client = new HttpClient(settings.server, settings, context.timeoutMs);
    return makeSampler(context, {
      server: `Prometheus at ${client.shown}`,
      secrets: client.secrets,
      emptyAs: settings.emptyAs,
      async look(signal) {
        const answer = await client.ask({ path: '/api/v1/query', form: { query: settings.query }, signal });
        return oneNumber(pointsOf(answer), settings.series);
      },
      close: () => client.close(),
    });
  },
});

/** Seconds since the epoch, and the value as text: Prometheus writes NaN and +Inf there. */
const point = z.tuple([z.number(), z.string()]);

const answerSchema = z.union([
  z.object({
    status: z.literal('success'),
    warnings: z.array(z.string()).optional(),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('scalar'), result: point }),
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: point })) }),
      z.object({ resultType: z.literal(['matrix', 'string']) }),
    ]),
  }),
  z.object({ status: z.literal('error'), error: z.string() }),
]);

interface Point {
  readonly value: number;
  readonly atMs: number;
}

function pointsOf(answer: Answer): Point[] {
  // A bad query is answered with 400 or 422 and a body that says what is wrong with it.
  const explained = answer.status === 400 || answer.status === 422 || answer.status === 503;
  const parsed = answerSchema.safeParse(explained ? jsonOfAny(answer) : jsonOfSuccess(answer));
  if (!parsed.success)
    throw new AdapterError('malformed', 'answered something else than Prometheus does. Check server.');
  if (parsed.data.status === 'error') {
    throw new AdapterError('failed', `did not run the query: ${oneLine(parsed.data.error)}. Check query.`);
  }
  refuseIncomplete(parsed.data.warnings ?? []);
  const { data } = parsed.data;
  if (data.resultType === 'scalar') return [toPoint(data.result)];
  if (data.resultType === 'vector') return data.result.map((series) => toPoint(series.value));
  throw new AdapterError('malformed', `the query gives a ${data.resultType}, not a number. Check query.`);
}

/**
 * A store behind the server that did not answer makes a sum too small, and comes as a warning beside a "success". Remarks
 * on the query itself begin with "PromQL".
 */
function refuseIncomplete(warnings: readonly string[]): void {
  const warning = warnings.find((text) => !text.startsWith('PromQL '));
  if (warning !== undefined) throw new AdapterError('failed', `the result may be incomplete: ${oneLine(warning)}`);
}

function toPoint([seconds, text]: z.output<typeof point>): Point {
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
  return { value, atMs: Math.round(seconds * 1000) };
}

function oneNumber(points: readonly Point[], series: z.output<typeof settings>['series']): Point {
  const [first] = points;
  if (first === undefined) {
    throw new AdapterError(
      'noData',
      'the query has no result. Check query and that the metric is scraped, or set emptyAs.',
    );
  }
  const values = points.map((each) => each.value);
  const { atMs } = first;
  switch (series) {
    case 'one':
      if (points.length === 1) return first;
      throw new AdapterError(
        'malformed',
        `the query gives ${points.length} series. Wrap it in sum(...), or set series.`,
      );
    case 'sum':
      return { value: sum(values), atMs };
    case 'average':
      return { value: sum(values) / values.length, atMs };
    case 'max':
      return { value: Math.max(...values), atMs };
    case 'min':
      return { value: Math.min(...values), atMs };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
