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

/** Where consumers begin in a partition without a commit of their group: their own `auto.offset.reset`. */
export type AutoOffsetReset = 'latest' | 'earliest' | 'none';

export interface Lag {
  readonly messages: number;
  /** Partitions that hold any of them: no more consumers than these have anything to do. */
  readonly partitionsWithLag: number;
  /** Partitions that hold messages and no commit of the group, so that how far it is behind is not known. */
  readonly uncommitted: number;
}

export function lagOf(partitions: readonly Partition[], reset: AutoOffsetReset): Lag {
  const lags = partitions.map((partition) => lagIn(partition, reset));
  return {
    messages: lags.reduce((total, lag) => total + lag, 0),
    partitionsWithLag: lags.filter((lag) => lag > 0).length,
    uncommitted: partitions.filter((partition) => partition.end > partition.start && !isKnown(partition)).length,
  };
}

/**
 * Example: offsets 8900 to 9000 are there, and nothing is committed. Consumers that begin at the earliest have 100 messages
 * to read, not 9000. Those that begin at the latest would read none of them, but nobody can tell which of them came after
 * the last consumer was there: one counts, so that one message is enough to wake a consumer, which then commits. Consumers
 * with `none` refuse to begin.
 */
function lagIn(partition: Partition, reset: AutoOffsetReset): number {
  const { start, end, committed = 0 } = partition;
  if (isKnown(partition)) return end - Math.max(committed, start);
  return { earliest: end - start, latest: Math.min(end - start, 1), none: 0 }[reset];
}

/** A commit before `start` is of messages that are gone; one after `end` is of a topic that was deleted and made anew. */
function isKnown({ end, committed }: Partition): boolean {
  return committed !== undefined && committed <= end;
}
