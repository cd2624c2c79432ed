/** Answers that a caller already has are not sent again. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** `304` when `If-None-Match` names the entity tag of this answer. */
export function sendUnlessKnown(request: Request, response: Response, answer: object): void {
  const text = JSON.stringify(answer);
  const tag = entityTagOf(text);
  response.set('ETag', tag);
  if (isKnown(request, tag)) response.status(304).end();
  else response.type('json').send(text);
}

/** The tag is weak: it is one of the content, not of its bytes. */
export function entityTagOf(text: string): string {
  return `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
}

export function isKnown(request: Request, tag: string): boolean {
  const tags = (request.get('if-none-match') ?? '').split(',').map((each) => each.trim());
  return tags.includes(tag);
}
