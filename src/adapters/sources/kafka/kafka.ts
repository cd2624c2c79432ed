/** Apache Kafka and Amazon MSK: the lag of a consumer group, the partitions with lag, or the partitions of the topics. */
import type { Admin } from 'kafkajs';
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { AdapterError } from '../../net/errors.js';
import { awsSecrets } from '../aws/aws.js';
import { zeroAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { ReusableConnection } from '../reusable-connection.js';
import { defineSource, type Sample } from '../source.js';
import { connectionFailure, kafkaConnector } from './connection.js';
import { lagOf, type AutoOffsetReset, type Lag, type Partition } from './lag.js';
import { mskName } from './msk.js';
import { checkConnection, kafkaSettings } from './settings.js';

const settings = z
  .strictObject({
    topics: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('Topic, or a list of topics. The values of several topics are added.'),
    group: z.string().min(1).optional().describe('Consumer group. Required unless `measure` is `partitions`.'),
    measure: z
      .enum(['lag', 'partitionsWithLag', 'partitions'])
      .default('lag')
      .describe(
        '`lag`: the number of messages that the group has not committed. `partitionsWithLag`: the number of partitions with such messages. `partitions`: the number of all partitions. More consumers than partitions are idle. With a signal `busy` for the partitions with lag, `min(lag, busy * 100)` limits the units to that number.',
      ),
    autoOffsetReset: z
      .enum(['latest', 'earliest', 'none'])
      .default('latest')
      .describe(
        'The `auto.offset.reset` of the consumers. It determines the lag of a partition for which the group has committed no offset. `earliest`: all messages in the partition. `latest`: 1 if the partition contains messages, which is enough to start a consumer. `none`: 0.',
      ),
    emptyAs: zeroAsSetting,
    ...kafkaSettings,
  })
  .superRefine((given, issues) => {
    if (given.measure !== 'partitions' && given.group === undefined) {
      report(issues, {
        path: ['group'],
        problem: `is missing, but measure: ${given.measure} requires it`,
        fix: 'write the name of the consumer group',
      });
    }
    checkConnection(given, issues);
  });

type Settings = z.output<typeof settings>;

export const kafka = defineSource({
  type: 'kafka',
  summary: 'The lag of a Kafka consumer group, in messages or partitions, or the partitions of its topics.',
  settings,
  create(settings, context) {
    const topics = [settings.topics].flat();
    const connector = kafkaConnector(settings, context.timeoutMs);
    const connection = new ReusableConnection<Admin>({
      open: (_lost, abandoned) => connector.connect(abandoned),
      // Any error may mean that the connection to a broker is lost. A new connection is cheap.
      isHarmless: (error) => error instanceof AdapterError,
    });
    return makeSampler(context, {
      get server() {
        return serverOf(settings, connector.brokers());
      },
      emptyAs: settings.emptyAs,
      secrets: [settings.sasl?.password, settings.tls?.key, ...awsSecrets(settings.msk ?? {})],
      async look(signal) {
        try {
          return await connection.use(signal, (admin) => measure(admin, topics, settings));
        } catch (error) {
          // The error is converted only here, because `isHarmless` must see the original error of the connection.
          throw connectionFailure(error);
        }
      },
      close: async () => connection.close(),
    });
  },
});

function serverOf({ msk }: Settings, brokers: readonly string[]): string {
  const list = brokers.join(', ');
  if (msk === undefined) return `Kafka at ${list}`;
  return `Kafka on MSK cluster ${mskName(msk)}${list === '' ? '' : ` (${list})`}`;
}

type Measured = Pick<Sample, 'value' | 'note' | 'mostUnits'>;

async function measure(admin: Admin, topics: readonly string[], settings: Settings): Promise<Measured> {
  const { group, autoOffsetReset } = settings;
  const count = await partitionCount(admin, topics);
  if (group === undefined || settings.measure === 'partitions') return { value: count, mostUnits: count };
  // The committed offsets are read before the end offsets. In the other order, a group that commits in between would
  // seem to be past the end.
  const committed = await committedOffsets(admin, topics, group);
  const partitions: Partition[] = [];
  for (const topic of topics) {
    for (const { partition, low, high } of await endOffsets(admin, topic)) {
      partitions.push({ start: Number(low), end: Number(high), committed: committed.get(`${topic}/${partition}`) });
    }
  }
  const lag = lagOf(partitions, autoOffsetReset);
  const note = noteOf(lag, { group, autoOffsetReset, hasCommits: committed.size > 0 });
  const value = settings.measure === 'lag' ? lag.messages : lag.partitionsWithLag;
  return { value, mostUnits: count, ...(note !== undefined && { note }) };
}

interface Group {
  readonly group: string;
  readonly autoOffsetReset: AutoOffsetReset;
  readonly hasCommits: boolean;
}

function noteOf({ uncommitted }: Lag, { group, autoOffsetReset, hasCommits }: Group): string | undefined {
  const rule = `autoOffsetReset: ${autoOffsetReset} determines the lag`;
  if (!hasCommits) return `group ${group} has not committed an offset of these topics: ${rule}`;
  if (uncommitted === 0) return undefined;
  const where = uncommitted === 1 ? '1 partition with messages has' : `${uncommitted} partitions with messages have`;
  return `${where} no committed offset of group ${group}: ${rule} of these partitions`;
}

/** The first request of a sample. It tells kafkajs which broker to ask, and shows whether every topic exists. */
async function partitionCount(admin: Admin, topics: readonly string[]): Promise<number> {
  try {
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    return metadata.topics.reduce((total, { partitions }) => total + partitions.length, 0);
  } catch (error) {
    throw readFailure(error, `topic ${topics.join(', ')}`);
  }
}

/** Committed offsets by "topic/partition". */
async function committedOffsets(
  admin: Admin,
  topics: readonly string[],
  groupId: string,
): Promise<ReadonlyMap<string, number>> {
  try {
    const answer = await admin.fetchOffsets({ groupId, topics: [...topics] });
    return new Map(
      answer.flatMap(({ topic, partitions }) =>
        partitions
          // -1: no committed offset.
          .filter(({ offset }) => Number(offset) >= 0)
          .map(({ partition, offset }): [string, number] => [`${topic}/${partition}`, Number(offset)]),
      ),
    );
  } catch (error) {
    throw readFailure(error, `group ${groupId}`);
  }
}

async function endOffsets(admin: Admin, topic: string) {
  try {
    return await admin.fetchTopicOffsets(topic);
  } catch (error) {
    throw readFailure(error, `topic ${topic}`);
  }
}

function readFailure(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error;
  if (/does not host this topic|UNKNOWN_TOPIC/.test(error.message)) {
    return new AdapterError(
      'missing',
      `${what} does not exist, or the user has no permission to describe it. Check topics and the ACL.`,
    );
  }
  if (/not authorized|AUTHORIZATION_FAILED/i.test(error.message)) {
    return new AdapterError(
      'denied',
      `refuses access to ${what}. Grant the user Describe on the topics and on the group.`,
    );
  }
  // kafkajs reports the same error for a coordinator that is still loading and for a coordinator that denies access.
  if (/group coordinator/.test(error.message)) {
    const advice = 'Grant the user Describe on the group. Shortly after a start of Kafka, the next sample may succeed.';
    return new AdapterError('failed', `did not report the coordinator of ${what}. ${advice}`);
  }
  return error;
}
