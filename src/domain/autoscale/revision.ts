/** Which configuration an autoscaler has its settings from, and which of two counts. Plain data: memos and messages carry it. */
import { fields, text, whole } from '../checks.js';

export interface Writing {
  /** Whose configuration it is: only the same owner may remove what it has configured. */
  readonly owner: string;
  /** Where it is written: a path, or `environment`. */
  readonly file: string;
  readonly host: string;
  /** When it was written, or applied by hand. */
  readonly atMs: number;
}

/** What a configuration says of one resource. */
export interface Revision extends Writing {
  /** Two with the same digest say the same. */
  readonly digest: string;
}

export const defaultOwner = 'default';

const ownerPattern = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/;
export const isOwner = (name: string): boolean => ownerPattern.test(name);

const writing = { owner: text(1, 63), file: text(1, 4096), host: text(1, 255), atMs: whole(0) };
export const checkWriting = fields(writing);
export const checkRevision = fields({ ...writing, digest: text(1, 255) });

/** Of two configurations the one that was written later; of two of the same time the one that comes later. */
export function isOverruled(next: Writing, inForce: Writing): boolean {
  return next.atMs < inForce.atMs;
}

export function placeOf({ file, host, atMs }: Writing): string {
  return `${file} on ${host}, of ${new Date(atMs).toISOString()}`;
}
