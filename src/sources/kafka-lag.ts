/** The lag of a consumer group: what is in the partitions and not yet committed. */

/** Offsets of one partition. */
export interface Partition {
  /** The first offset that retention has left. */
  readonly start: number;
  /** The offset that the next message will get. */
  readonly end: number;
  /** The next offset the group will read; undefined when it never committed one. */
  readonly committed: number | undefined;
}

/** What a partition counts that the group never committed an offset of. */
export type Uncommitted = 'all' | 'one' | 'none';

export function totalLag(partitions: readonly Partition[], uncommitted: Uncommitted): number {
  return partitions.reduce((total, partition) => total + lagOf(partition, uncommitted), 0);
}

/**
 * Example: offsets 8900 to 9000 are there, and nothing is committed: 100 messages wait, not 9000. A commit before `start`
 * is of messages that are gone; one after `end` is of a topic that was deleted and made anew, so nothing is known of it.
 */
function lagOf({ start, end, committed }: Partition, uncommitted: Uncommitted): number {
  const left = end - start;
  if (committed !== undefined && committed <= end) return end - Math.max(committed, start);
  switch (uncommitted) {
    case 'all':
      return left;
    case 'one':
      return Math.min(left, 1);
    case 'none':
      return 0;
  }
}
