/** Answers that a caller already has are not sent again. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/**
 * `304` when `If-None-Match` names the entity tag of this answer.
 * @param content what the tag is made of: the answer without what changes only because time passes.
 */
export function sendUnlessKnown(request: Request, response: Response, answer: object, content?: object): void {
  const text = JSON.stringify(answer);
  const tag = entityTagOf(content ? JSON.stringify(content) : text);
  response.set('ETag', tag);
  if (isKnown(request, tag)) response.status(304).end();
  else response.type('json').send(text);
}

/**
 * The tag is weak: it is one of the content, and not of its bytes. The same content has the same tag when it is
 * compressed, or when only the ages in it have grown.
 */
export function entityTagOf(text: string): string {
  return `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
}

/**
 * RFC 9110, section 13.1.2: the comparison is weak, so that a proxy may have removed the `W/`, and `*` is any answer
 * that exists.
 */
export function isKnown(request: Request, tag: string): boolean {
  const tags = (request.get('if-none-match') ?? '').split(',').map((each) => each.trim());
  return tags.some((each) => each === '*' || opaque(each) === opaque(tag));
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}
