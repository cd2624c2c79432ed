/** How a configuration compares with the autoscaler that it names, by what the server knows. */
import { type Revision, type Writing, isOverruled } from '../../domain/autoscale/revision.js';
import type { KnownAutoscaler } from './client.js';

export type Standing =
  /** The configuration in force has the same content, from any writer. */
  | { readonly is: 'same' }
  /** To be configured. `before` is the configuration that is replaced; null when it is not known. */
  | { readonly is: 'newer'; readonly before: Revision | null }
  /** The configuration in force is newer. `isKnown`: the status already names the older one too. */
  | { readonly is: 'older'; readonly inForce: Revision; readonly isKnown: boolean }
  /** There was no autoscaler, or its removal is older than this configuration. */
  | { readonly is: 'new' }
  /** The removal of the autoscaler is newer than this configuration. */
  | { readonly is: 'removed'; readonly by: Writing }
  /** The autoscaler ended without being removed: it was cancelled or terminated by hand, or it failed. */
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
  // A message that it has not handled yet may be its removal.
  if (inForce?.digest === revision.digest) return isBusy ? { is: 'newer', before: inForce } : { is: 'same' };
  if (!inForce || !isOverruled(revision, inForce)) return { is: 'newer', before: inForce };
  return { is: 'older', inForce, isKnown: memo.insteadOf?.digest === revision.digest };
}
