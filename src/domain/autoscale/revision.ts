/**
 * Identifies the configuration that an autoscaler has its settings from, and decides which of two configurations
 * applies. A revision is plain data, because memos and messages carry it.
 */
import { fields, text, whole } from '../checks.js';

export interface Writing {
  /** The owner of the configuration. Only the same owner may remove what this configuration has configured. */
  readonly owner: string;
  /** Where the configuration is written: a path, or `environment`. */
  readonly file: string;
  readonly host: string;
  /** When the configuration was written, or applied by hand. */
  readonly atMs: number;
}

/** The revision of one resource in a configuration. */
export interface Revision extends Writing {
  /** Two revisions with the same digest have the same content. */
  readonly digest: string;
}

export const defaultOwner = 'default';

const ownerPattern = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/;
export const isOwner = (name: string): boolean => ownerPattern.test(name);

const writing = { owner: text(1, 63), file: text(1, 4096), host: text(1, 255), atMs: whole(0) };
export const checkWriting = fields(writing);
export const checkRevision = fields({ ...writing, digest: text(1, 255) });

/**
 * The configuration that was written later applies. Of two configurations with the same time, the one that arrives
 * later applies.
 */
export function isOverruled(next: Writing, inForce: Writing): boolean {
  return next.atMs < inForce.atMs;
}

export function placeOf({ file, host, atMs }: Writing): string {
  return `${file} on ${host}, of ${new Date(atMs).toISOString()}`;
}
