/** The request of a search, and the number in its response. */
import { z } from 'zod';
import { oneLine } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import type { Answer } from '../../net/http/request.js';
import { codeOfStatus } from '../../net/http/status.js';
import { parseJson } from '../../net/json.js';
import { type HttpQuestion, jsonOfSuccess } from '../http-client.js';
import { numberAt } from '../http-json/number-at.js';

type JsonObject = Readonly<Record<string, unknown>>;

export interface SearchSettings {
  readonly index: string | readonly string[];
  readonly query?: JsonObject | undefined;
  readonly search?: JsonObject | undefined;
  readonly template?: { readonly id: string; readonly params?: JsonObject | undefined } | undefined;
  readonly path: string;
}

/**
 * A search in place of a count (`_count`), because the server ends a search at its `timeout`. It returns no documents,
 * and counts all that match: by default a search stops counting at 10,000.
 */
export function searchRequest(
  { index, query, search, template }: SearchSettings,
  timeoutMs: number,
): Pick<HttpQuestion, 'path' | 'json'> {
  const path = `/${[index].flat().map(encodeURIComponent).join(',')}/_search`;
  if (template !== undefined) return { path: `${path}/template`, json: template };
  const body = search ?? (query === undefined ? {} : { query });
  return { path, json: { size: 0, track_total_hits: true, timeout: `${Math.ceil(timeoutMs)}ms`, ...body } };
}

/** A response that does not cover all shards has a number that is too small. */
const responseSchema = z.object({
  timed_out: z.boolean(),
  _shards: z.object({ total: z.number(), failed: z.number() }),
  hits: z.object({ total: z.object({ relation: z.string() }).optional() }).optional(),
});

/** @throws AdapterError */
export function numberFound(answer: Answer, settings: SearchSettings): number {
  const reason = reasonIn(answer);
  if (reason !== undefined) throw refusal(answer, reason, settings);
  const document = jsonOfSuccess(answer);
  const parsed = responseSchema.safeParse(document);
  if (!parsed.success) {
    throw new AdapterError('malformed', 'sent a response that is not of Elasticsearch or OpenSearch. Check url.');
  }
  const { timed_out: hasTimedOut, _shards: shards, hits } = parsed.data;
  if (hasTimedOut) {
    throw new AdapterError('timeout', 'ended the search at its time limit. Make the search faster, or raise timeout.');
  }
  if (shards.failed > 0) {
    const what = `${shards.failed} of ${shards.total} shards failed, so that the number is incomplete`;
    throw new AdapterError('failed', `${what}. Look for the reason in its log.`);
  }
  if (shards.total === 0) {
    throw new AdapterError('noData', `no index matches ${names(settings)}. Check index, or set emptyAs.`);
  }
  if (settings.path.startsWith('hits.total') && hits?.total?.relation === 'gte') {
    throw new AdapterError('malformed', 'stopped counting before the last document. Set track_total_hits to true.');
  }
  return numberAt(document, settings.path);
}

const errorSchema = z.object({ error: z.object({ reason: z.string().min(1) }) });

/** What Elasticsearch reports. Other errors are of a proxy or of another server. */
function reasonIn({ status, body }: Answer): string | undefined {
  if (status < 300 || !('text' in body)) return undefined;
  return errorSchema.safeParse(parseJson(body.text)).data?.error.reason;
}

function refusal({ status }: Answer, reason: string, settings: SearchSettings): AdapterError {
  const code = codeOfStatus(status);
  const said = oneLine(reason).replace(/\.$/, '');
  return new AdapterError(code, `refused the search with ${status}: ${said}. ${adviceOf(code, settings)}`);
}

function adviceOf(code: AdapterError['code'], settings: SearchSettings): string {
  if (code === 'missing') return settings.template === undefined ? 'Check index.' : 'Check index and template.';
  if (code === 'denied') return `Check the credentials. Their user needs the privilege "read" for ${names(settings)}.`;
  if (code === 'throttled') return 'Raise interval.';
  return 'Check query, search or template.';
}

function names({ index }: SearchSettings): string {
  return [index].flat().join(', ');
}
