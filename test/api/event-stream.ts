/** Reads server-sent events as a browser does that reads them with fetch. */
import { afterwards } from './afterwards.js';
import { eventually } from '../support/eventually.js';
import type { TestApi } from './test-api.js';

export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

export interface EventStream {
  readonly headers: Headers;
  readonly events: readonly StreamEvent[];
  readonly comments: () => number;
  /** The first event that is as wanted, of those that have arrived or will arrive. */
  until(what: string, wanted: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  readonly hasEnded: () => boolean;
  close(): void;
}

export async function openStream(
  api: Pick<TestApi, 'url'>,
  query = '',
  headers: Record<string, string> = {},
): Promise<EventStream> {
  const closing = new AbortController();
  const response = await fetch(`${api.url}/v1/events${query}`, { headers, signal: closing.signal });
  if (response.status !== 200 || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  const events: StreamEvent[] = [];
  let comments = 0;
  let hasEnded = false;
  const take = (block: string) => {
    if (block.startsWith(':')) comments += 1;
    const fields = new Map(block.split('\n').map((line) => [line.split(':', 1)[0]!, line.replace(/^\w+: /, '')]));
    const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
    if (id !== undefined && event !== undefined) events.push({ id, event, data: JSON.parse(data ?? 'null') });
  };
  const read = async (body: ReadableStream<Uint8Array>) => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      blocks.forEach(take);
    }
  };
  void read(response.body)
    .catch(() => undefined)
    .finally(() => (hasEnded = true));
  const close = () => closing.abort();
  afterwards(async () => close());
  return {
    headers: response.headers,
    events,
    comments: () => comments,
    until: (what, wanted) => eventually(what, () => events.find(wanted)),
    hasEnded: () => hasEnded,
    close,
  };
}
