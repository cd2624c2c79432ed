/** The lag of a consumer group: the messages in the partitions that the group has not committed. */

/** Offsets of one partition. */
export interface Partition {
  /** The first offset that retention has not deleted. */
  readonly start: number;
  /** The offset of the next message. */
  readonly end: number;
  /** The next offset that the group will read. Undefined if the group has not committed an offset. */
  readonly committed: number | undefined;
}

/** The `auto.offset.reset` of the consumers: where they begin in a partition without a committed offset. */
export type AutoOffsetReset = 'latest' | 'earliest' | 'none';

export interface Lag {
  readonly messages: number;
  /** The number of partitions with such messages. More consumers than this number have no work. */
  readonly partitionsWithLag: number;
  /** The number of partitions that contain messages and have no committed offset, so that their lag is unknown. */
  readonly uncommitted: number;
}

export function lagOf(partitions: readonly Partition[], reset: AutoOffsetReset): Lag {
  const lags = partitions.map((partition) => lagIn(partition, reset));
  return {
    messages: lags.reduce((total, lag) => total + lag, 0),
    partitionsWithLag: lags.filter((lag) => lag > 0).length,
    uncommitted: partitions.filter((partition) => partition.end > partition.start && !hasValidCommit(partition)).length,
  };
}

/**
 * Example: a partition contains the offsets 8900 to 9000, and the group has committed no offset. Consumers with `earliest`
 * have 100 messages to read, not 9000. Consumers with `latest` would read none of these messages, but the messages that
 * arrived after the last consumer stopped cannot be distinguished from the earlier ones. The lag is therefore one, which
 * is enough to start a consumer, and the consumer then commits an offset. Consumers with `none` do not start.
 */
function lagIn(partition: Partition, reset: AutoOffsetReset): number {
  const { start, end, committed = 0 } = partition;
  if (hasValidCommit(partition)) return end - Math.max(committed, start);
  return { earliest: end - start, latest: Math.min(end - start, 1), none: 0 }[reset];
}

/**
 * A committed offset before `start` belongs to messages that retention has deleted. A committed offset after `end`
 * belongs to a topic that was deleted and created again, and is not valid for the new topic.
 */
function hasValidCommit({ end, committed }: Partition): boolean {
  return committed !== undefined && committed <= end;
}
