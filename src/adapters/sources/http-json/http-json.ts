/** Any HTTP endpoint with a number in its JSON response. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { valueAtPath } from '../../net/json.js';
import { addressSetting } from '../../net/server-address.js';
import { emptyAsSetting } from '../empty-as.js';
import { HttpClient, httpSettings } from '../http-client.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { numberAt } from './number-at.js';

const settings = z.strictObject({
  url: addressSetting(['http', 'https']).describe('Address, which is read with GET: "https://api.example.com/stats".'),
  path: z
    .string()
    .default('')
    .describe(
      'Path to the number: keys and list indexes separated by dots, `data.result.0.value.1`. A dot in a key is written `\\.`. Default: the whole response is the number.',
    ),
  observedAt: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Path to the time at which the number was measured, in the same response: ISO 8601 (UTC if it has no zone), or seconds or milliseconds since 1970. With `maxAge`, an older sample is no data.',
    ),
  emptyAs: emptyAsSetting('the value at the path is null'),
  ...httpSettings,
});

export const httpJson = defineSource({
  type: 'http-json',
  summary: 'A number in the JSON response of any HTTP endpoint.',
  settings,
  datesSamples: ({ observedAt }) => observedAt !== undefined,
  create(settings, context) {
    const client = new HttpClient(settings.url, settings, context.timeoutMs);
    return makeSampler(context, {
      server: client.shown,
      secrets: client.secrets,
      emptyAs: settings.emptyAs,
      async look(signal) {
        const document = await client.askJson({ signal });
        const { path, observedAt } = settings;
        const value = numberAt(document, path);
        return observedAt === undefined ? { value } : { value, atMs: timeIn(document, observedAt), isDated: true };
      },
      close: () => client.close(),
    });
  },
});

function timeIn(document: unknown, path: string): number {
  const found = valueAtPath(document, path);
  if (found === undefined)
    throw new AdapterError('missing', `the response has no value at path ${path}. Check observedAt.`);
  const atMs = parseTime(found);
  if (atMs !== undefined) return atMs;
  throw new AdapterError('malformed', `the value at path ${path} is not a time. Check observedAt.`);
}

/** A larger number is milliseconds: as seconds it would be in the year 5138. */
const mostSeconds = 1e11;

function parseTime(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number') return Math.round(number < mostSeconds ? number * 1000 : number);
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return undefined;
  const atMs = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/i.test(value) ? value : `${value}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
