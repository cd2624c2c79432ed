/** Prometheus and servers with its API (Thanos, Mimir, VictoriaMetrics): one instant query, one number. */
import { z } from 'zod';
import { oneLine } from '../net/answer-words.js';
import { AdapterError } from '../net/errors.js';
import type { Answer } from '../net/http/request.js';
import { parseJson } from '../net/json.js';
import { addressSetting } from '../net/server-address.js';
import { emptyAsSetting } from './empty-as.js';
import { HttpClient, httpSettings, jsonOfSuccess } from './http-client.js';
import { makeSampler } from './sampler.js';
import { defineSource } from './source.js';

const combinations = ['one', 'sum', 'max', 'min', 'average'] as const;
type Combinations = (typeof combinations)[number];

const settings = z.strictObject({
  server: addressSetting(['http', 'https']).describe(
    'Address of the server, including any path before `/api/v1`: "http://prometheus:9090".',
  ),
  query: z.string().min(1).describe('PromQL query with one number as result: a scalar, or a vector of one series.'),
  series: z
    .enum(combinations)
    .default('one')
    .describe('How a vector of several series becomes one number. `one`: several series are an error.'),
  emptyAs: emptyAsSetting('the query has no result, or its result is NaN'),
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
        return promResult(answer, settings.series);
      },
      close: () => client.close(),
    });
  },
});

/**
 * The number in the response of any server with Prometheus' API.
 * @throws AdapterError
 */
export function promResult(answer: Answer, series: Combinations): Point {
  return oneNumber(pointsOf(answer), series);
}

/** Seconds since the epoch, and the value as text: Prometheus writes NaN and +Inf there. */
const point = z.tuple([z.number(), z.string()]);

const refusalSchema = z.object({ status: z.literal('error'), error: z.string() });

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
  refusalSchema,
]);

interface Point {
  readonly value: number;
  readonly atMs: number;
}

function pointsOf(answer: Answer): Point[] {
  const parsed = answerSchema.safeParse(refusalIn(answer) ?? jsonOfSuccess(answer));
  if (!parsed.success)
    throw new AdapterError('malformed', 'sent a response that is not from Prometheus. Check server.');
  if (parsed.data.status === 'error') {
    throw new AdapterError('failed', `refused the query: ${oneLine(parsed.data.error)}. Check query.`);
  }
  refuseIncomplete(parsed.data.warnings ?? []);
  const { data } = parsed.data;
  if (data.resultType === 'scalar') return [toPoint(data.result)];
  if (data.resultType === 'vector') return data.result.map((series) => toPoint(series.value));
  throw new AdapterError('malformed', `the result of the query is a ${data.resultType}, not a number. Check query.`);
}

/**
 * For a query that it refuses, Prometheus responds with 400, 422 or 503 and a body with the reason. A Prometheus that is
 * starting responds with 503 and another body, and so does a gateway.
 */
function refusalIn({ status, body }: Answer): z.output<typeof refusalSchema> | undefined {
  if (![400, 422, 503].includes(status) || !('text' in body)) return undefined;
  return refusalSchema.safeParse(parseJson(body.text)).data;
}

/**
 * If a store behind the server did not respond, a sum is too small, and the response is a "success" with a warning.
 * Such a sample fails. Warnings about the query itself begin with "PromQL" and are ignored.
 */
function refuseIncomplete(warnings: readonly string[]): void {
  const warning = warnings.find((text) => !text.startsWith('PromQL '));
  if (warning !== undefined) throw new AdapterError('failed', `the result may be incomplete: ${oneLine(warning)}`);
}

function toPoint([seconds, text]: z.output<typeof point>): Point {
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
  return { value, atMs: Math.round(seconds * 1000) };
}

function oneNumber(points: readonly Point[], series: Combinations): Point {
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
      throw new AdapterError('malformed', `the query has ${points.length} series. Wrap it in sum(...), or set series.`);
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
