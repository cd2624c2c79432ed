/**
 * `GET /v1/events` as the browser receives it. EventSource cannot send a token, so the stream is read with fetch and parsed
 * here.
 */
import { open } from './call.js';

export interface ServerEvent {
  readonly type: string;
  readonly id: string;
  readonly data: string;
}

/** The server sends at least a comment every 15 s. */
const silentForMs = 40_000;

/**
 * Calls `take` for each event until the stream ends, which it does when the connection is lost.
 * @param opened is called when the server has accepted the request.
 * @throws ApiProblem
 */
export async function readEvents(
  path: string,
  request: { readonly lastEventId: string | null; readonly signal: AbortSignal; readonly opened: () => void },
  take: (event: ServerEvent) => void,
): Promise<void> {
  const silence = new AbortController();
  const signal = AbortSignal.any([request.signal, silence.signal]);
  const headers = request.lastEventId === null ? {} : { 'Last-Event-ID': request.lastEventId };
  const response = await open(path, { headers: { Accept: 'text/event-stream', ...headers }, signal });
  request.opened();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser(take);
  for (;;) {
    const timer = setTimeout(() => silence.abort(), silentForMs);
    const part = await reader?.read().catch(() => undefined);
    clearTimeout(timer);
    if (part === undefined || part.done) return;
    parser.add(part.value);
  }
}

/** Fields, comments and empty lines, as in the HTML standard. */
class EventParser {
  #rest = '';
  #type = '';
  #data: string[] = [];
  #id = '';

  constructor(private readonly take: (event: ServerEvent) => void) {}

  add(text: string): void {
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line === '') {
      this.#end();
      return;
    }
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'event') this.#type = value;
    if (name === 'data') this.#data.push(value);
    if (name === 'id') this.#id = value;
  }

  #end(): void {
    if (this.#data.length > 0) this.take({ type: this.#type || 'message', id: this.#id, data: this.#data.join('\n') });
    this.#type = '';
    this.#data = [];
  }
}
