/** One reader of the feed: writes server-sent events, and never more than the reader can take. */
import type { Response } from 'express';
import { asProblem } from '../http/problem-handler.js';
import type { Feed } from './feed.js';

/** A proxy closes a connection that is silent for a minute. */
const keepAliveMs = 15_000;
/** How long a browser waits before it connects again. */
const retryMs = 2000;

interface StreamOrder {
  readonly feed: Feed;
  readonly response: Response;
  /** The number of the last change that the reader has; undefined: none. */
  readonly after: number | undefined;
  /** Undefined: all resources. */
  readonly resources: ReadonlySet<string> | undefined;
  /** Aborts when the reader has gone, or when the process stops. */
  readonly ending: AbortSignal;
}

/** Writes until `ending` aborts. */
export function streamChanges({ feed, response, after, resources, ending }: StreamOrder): void {
  let sentUpTo = after ?? feed.number;
  let isToldOfError = false;

  const write = (event: string, data: string, id: string): void => {
    response.write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`);
  };
  const tellOfError = (): void => {
    const { error } = feed;
    if ((error !== null) === isToldOfError) return;
    isToldOfError = error !== null;
    const detail = error === null ? null : asProblem(error).detail;
    write('status', JSON.stringify({ isLive: error === null, detail }), feed.idOf(sentUpTo));
  };
  const send = (): void => {
    tellOfError();
    for (const { number, resource, row } of feed.changesAfter(sentUpTo)) {
      // What is not sent now is sent when the reader has taken the rest, as it is then.
      if (response.writableNeedDrain) return;
      sentUpTo = number;
      if (!resources || resources.has(resource)) write('resource', row, feed.idOf(number));
    }
  };

  response.write(`retry: ${retryMs}\n\n`);
  if (after === undefined) write('reset', JSON.stringify({ load: '/v1/resources' }), feed.idOf(sentUpTo));
  send();
  response.on('drain', send);
  const unlisten = feed.listen(send);
  const keepAlive = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, keepAliveMs);
  const end = (): void => {
    unlisten();
    clearInterval(keepAlive);
    response.end();
  };
  if (ending.aborted) end();
  else ending.addEventListener('abort', end, { once: true });
}
