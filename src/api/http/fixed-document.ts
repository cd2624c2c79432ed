/** A document that is the same until the process ends. It is made at the first request, because most processes never need it. */
import { gzipSync } from 'node:zlib';
import type { RequestHandler } from 'express';
import { entityTagOf, isKnown } from './etag.js';

interface Made {
  readonly text: string;
  readonly compressed: Buffer;
  readonly tag: string;
}

export function sendFixedDocument(type: string, make: () => object | Promise<object>): RequestHandler {
  let made: Promise<Made> | undefined;
  return async (request, response) => {
    made ??= Promise.resolve(make()).then((document) => madeOf(JSON.stringify(document)));
    const { text, compressed, tag } = await made;
    const isCompressed = request.acceptsEncodings('gzip', 'identity') === 'gzip';
    // A browser keeps it, and asks whether it is still the same: another version of Escapement has another document.
    response.set({ 'Cache-Control': 'no-cache', ETag: tag, Vary: 'Accept-Encoding' });
    if (isKnown(request, tag)) {
      response.status(304).end();
      return;
    }
    if (isCompressed) response.set('Content-Encoding', 'gzip');
    response.type(type).send(isCompressed ? compressed : text);
  };
}

function madeOf(text: string): Made {
  return { text, compressed: gzipSync(text), tag: entityTagOf(text) };
}
