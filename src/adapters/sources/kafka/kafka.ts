/** Apache Kafka and Amazon MSK: how far a consumer group is behind, in how many partitions, or how many there are. */
import type { Admin } from 'kafkajs';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { zeroAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { ReusableConnection } from '../reusable-connection.js';
import { defineSource, type Sample } from '../source.js';
import { connectionFailure, kafkaConnector, kafkaSettings } from './connection.js';
import { lagOf, type AutoOffsetReset, type Lag, type Partition } from './lag.js';

const settings = z
  .strictObject({
    topics: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('Topic, or a list of topics that are added up.'),
    group: z.string().min(1).optional().describe('Consumer group, for `lag`.'),
    measure: z
      .enum(['lag', 'partitionsWithLag', 'partitions'])
      .default('lag')
      .describe(
        '`lag`: messages that the group has not committed. `partitionsWithLag`: the partitions that hold any of them, `partitions`: all; beyond these, consumers of a group idle: `min(lag, busy * 100)` keeps to it.',
      ),
    autoOffsetReset: z
      .enum(['latest', 'earliest', 'none'])
      .default('latest')
      .describe(
        "The consumers' own `auto.offset.reset`: what a partition counts that the group never committed an offset of. `earliest`: all messages in it. `latest`: one, if it has any, which is enough to wake a consumer. `none`: nothing.",
      ),
    emptyAs: zeroAsSetting,
    ...kafkaSettings,
  })
  .superRefine((given, issues) => {
    if (given.measure !== 'partitions' && given.group === undefined) {
      issues.addIssue({ code: 'custom', path: ['group'], message: `is needed for measure: ${given.measure}` });
    }
    if (given.sasl?.mechanism === 'aws-msk-iam' && given.tls === undefined) {
      issues.addIssue({ code: 'custom', path: ['tls'], message: 'is needed for aws-msk-iam: write tls: {}' });
    }
  });

type Settings = z.output<typeof settings>;

export const kafka = defineSource({
  type: 'kafka',
  summary: 'The lag of a Kafka consumer group, in messages or partitions, or the partitions of its topics.',
  settings,
  create(settings, context) {
    const topics = [settings.topics].flat();
    const connect = kafkaConnector(settings, context.timeoutMs);
    const connection = new ReusableConnection<Admin>({
      open: (_lost, abandoned) => connect(abandoned),
      // The connection to a broker may be lost behind any error; a new one is cheap.
      isHarmless: (error) => error instanceof AdapterError,
    });
    return makeSampler(context, {
      server: `Kafka at ${[settings.brokers].flat().join(', ')}`,
      emptyAs: settings.emptyAs,
      secrets: [settings.sasl?.password, settings.tls?.key],
      async look(signal) {
        try {
          return await connection.use(signal, (admin) => measure(admin, topics, settings));
        } catch (error) {
          // Not before: an error of the connection must look like one to `isHarmless`.
          throw connectionFailure(error);
        }
      },
      close: async () => connection.close(),
    });
  },
});

type Measured = Pick<Sample, 'value' | 'note' | 'mostUnits'>;

async function measure(admin: Admin, topics: readonly string[], settings: Settings): Promise<Measured> {
  const { group, autoOffsetReset } = settings;
  const number = await partitionCount(admin, topics);
  if (group === undefined || settings.measure === 'partitions') return { value: number, mostUnits: number };
  // Commits before ends: the other way round, a group that reads on meanwhile would seem to be ahead.
  const committed = await commits(admin, topics, group);
  const partitions: Partition[] = [];
  for (const topic of topics) {
    for (const { partition, low, high } of await ends(admin, topic)) {
      partitions.push({ start: Number(low), end: Number(high), committed: committed.get(`${topic}/${partition}`) });
    }
  }
  const lag = lagOf(partitions, autoOffsetReset);
  const note = noteOf(lag, { group, autoOffsetReset, hasCommits: committed.size > 0 });
  const value = settings.measure === 'lag' ? lag.messages : lag.partitionsWithLag;
  return { value, mostUnits: number, ...(note !== undefined && { note }) };
}

interface Group {
  readonly group: string;
  readonly autoOffsetReset: AutoOffsetReset;
  readonly hasCommits: boolean;
}

function noteOf({ uncommitted }: Lag, { group, autoOffsetReset, hasCommits }: Group): string | undefined {
  const by = `by autoOffsetReset: ${autoOffsetReset}`;
  if (!hasCommits) return `group ${group} has never committed an offset here: what counts is ${by}`;
  if (uncommitted === 0) return undefined;
  const where = uncommitted === 1 ? '1 partition with messages has' : `${uncommitted} partitions with messages have`;
  return `${where} no commit of group ${group}: what counts of them is ${by}`;
}

/** Asked before anything else: kafkajs learns from it which broker to ask, and we that every topic is there. */
async function partitionCount(admin: Admin, topics: readonly string[]): Promise<number> {
  try {
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    return metadata.topics.reduce((total, { partitions }) => total + partitions.length, 0);
  } catch (error) {
    throw explained(error, `topic ${topics.join(', ')}`);
  }
}

/** Committed offsets by "topic/partition". */
async function commits(admin: Admin, topics: readonly string[], groupId: string): Promise<ReadonlyMap<string, number>> {
  try {
    const answer = await admin.fetchOffsets({ groupId, topics: [...topics] });
    return new Map(
      answer.flatMap(({ topic, partitions }) =>
        partitions
          // -1: never committed.
          .filter(({ offset }) => Number(offset) >= 0)
          .map(({ partition, offset }): [string, number] => [`${topic}/${partition}`, Number(offset)]),
      ),
    );
  } catch (error) {
    throw explained(error, `group ${groupId}`);
  }
}

async function ends(admin: Admin, topic: string) {
  try {
    return await admin.fetchTopicOffsets(topic);
  } catch (error) {
    throw explained(error, `topic ${topic}`);
  }
}

function explained(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error;
  if (/does not host this topic|UNKNOWN_TOPIC/.test(error.message)) {
    return new AdapterError('missing', `there is no ${what}, or no right to see it. Check topics and the ACL.`);
  }
  if (/not authorized|AUTHORIZATION_FAILED/i.test(error.message)) {
    return new AdapterError(
      'denied',
      `refuses access to ${what}. The user needs Describe on the topics and on the group.`,
    );
  }
  // kafkajs says no more than this of a coordinator that is loading, and of one that refuses.
  if (/group coordinator/.test(error.message)) {
    const advice = 'The user needs Describe on the group; right after a start of Kafka the next sample may do.';
    return new AdapterError('failed', `did not say which broker knows ${what}. ${advice}`);
  }
  return error;
}
