/** How a configuration stands to an autoscaler that it names, by what the server knows of that. */
import { type Revision, type Writing, isOverruled } from '../../domain/autoscale/revision.js';
import type { KnownAutoscaler } from './client.js';

export type Standing =
  /** What is in force says the same, whoever wrote it. */
  | { readonly is: 'same' }
  /** To be configured. `before` is what it replaces; null where that is not known. */
  | { readonly is: 'newer'; readonly before: Revision | null }
  /** What is in force is newer. `isKnown`: its status already names ours beside it. */
  | { readonly is: 'older'; readonly inForce: Revision; readonly isKnown: boolean }
  /** There was none, or it was removed by an older word. */
  | { readonly is: 'new' }
  /** It was removed by a newer word. */
  | { readonly is: 'removed'; readonly by: Writing }
  /** It ended without being removed: cancelled or terminated by hand, or failed. */
  | { readonly is: 'ended'; readonly status: string; readonly atMs: number | null };

export function standing(revision: Revision, autoscaler: KnownAutoscaler | undefined): Standing {
  if (!autoscaler) return { is: 'new' };
  const { isOpen, isBusy, status, closedAtMs, memo } = autoscaler;
  if (!isOpen) {
    const { removedBy } = memo;
    if (!removedBy) return { is: 'ended', status, atMs: closedAtMs };
    return isOverruled(revision, removedBy) ? { is: 'removed', by: removedBy } : { is: 'new' };
  }
  const inForce = memo.revision ?? null;
  // What it is about to deal with may be its removal.
  if (inForce?.digest === revision.digest) return isBusy ? { is: 'newer', before: inForce } : { is: 'same' };
  if (!inForce || !isOverruled(revision, inForce)) return { is: 'newer', before: inForce };
  return { is: 'older', inForce, isKnown: memo.insteadOf?.digest === revision.digest };
}
