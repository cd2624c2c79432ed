/** A document that rarely changes. It is made at the first request, because most processes never need it. */
import { gzipSync } from 'node:zlib';
import type { RequestHandler } from 'express';
import { entityTagOf, isKnown } from './etag.js';

interface Made {
  readonly text: string;
  readonly compressed: Buffer;
  readonly tag: string;
}

/** @param origin what the document is made of: another object means that it must be made again. Default: until the process ends. */
export function sendFixedDocument(
  type: string,
  make: () => object | Promise<object>,
  origin: () => object | undefined = () => undefined,
): RequestHandler {
  let made: { readonly of: object | undefined; readonly document: Promise<Made> } | undefined;
  return async (request, response) => {
    const of = origin();
    if (made?.of !== of) made = undefined;
    made ??= { of, document: Promise.resolve(make()).then((document) => madeOf(JSON.stringify(document))) };
    const { text, compressed, tag } = await made.document;
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
