/** Redis and servers with its protocol: the length of a list, or a stream's length, lag or pending entries. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { emptyAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { connectionSettings, redisConnection, redisServer, type RedisClient } from './connection.js';

const counted = z.enum(['length', 'lag', 'pending']);

const settings = z
  .strictObject({
    key: z.string().min(1).describe('Key of the list or stream.'),
    structure: z.enum(['list', 'stream']).default('list').describe('Type of the key.'),
    count: z
      .union([counted, z.array(counted).min(1)])
      .optional()
      .describe(
        '`length`: entries in the list or stream. For a stream also `lag`: entries not yet delivered to the group (Redis 7), and `pending`: entries delivered to the group and not acknowledged. The counts of a list are added. Default: `[lag, pending]` for a stream with a `group`, else `length`.',
      ),
    group: z.string().min(1).optional().describe('Consumer group of a stream.'),
    emptyAs: emptyAsSetting('the stream does not exist, or its lag is unknown'),
    ...connectionSettings,
  })
  .superRefine((given, issues) => {
    const counts = countsOf(given);
    const ofGroup = counts.filter((each) => each !== 'length');
    if (ofGroup.length === 0) return;
    if (given.structure !== 'stream') {
      issues.addIssue({
        code: 'custom',
        path: ['count'],
        message: `${ofGroup.join(' and ')} is supported only for streams: set structure: stream`,
      });
    }
    if (given.group === undefined) {
      issues.addIssue({ code: 'custom', path: ['group'], message: `is required for count: ${ofGroup.join(', ')}` });
    }
    if (given.structure === 'stream' && ofGroup.length < counts.length) {
      const message = 'adds length to a part of length: remove length, or set only length';
      issues.addIssue({ code: 'custom', path: ['count'], message });
    }
  });

interface Written {
  readonly structure: 'list' | 'stream';
  readonly count?: z.output<typeof counted> | z.output<typeof counted>[] | undefined;
  readonly group?: string | undefined;
}

/** Entries that were delivered and not acknowledged are unfinished work. */
function countsOf({ structure, count, group }: Written): z.output<typeof counted>[] {
  if (count !== undefined) return [count].flat();
  return structure === 'stream' && group !== undefined ? ['lag', 'pending'] : ['length'];
}

export const redis = defineSource({
  type: 'redis',
  summary: 'The length of a Redis list, or the length, lag or pending entries of a stream.',
  settings,
  overlooks({ structure, count, group }) {
    if (structure !== 'stream')
      return {
        work: 'entries that workers removed from the list',
        fix: 'set idle to a signal that counts unfinished entries',
      };
    const isCounted = count === undefined ? group !== undefined : [count].flat().some((each) => each !== 'lag');
    return isCounted
      ? undefined
      : { work: 'entries that were delivered and not acknowledged', fix: 'add pending to count' };
  },
  create(settings, context) {
    const connection = redisConnection(settings, context.timeoutMs);
    return makeSampler(context, {
      ...redisServer(settings),
      emptyAs: settings.emptyAs,
      look: async (signal) => ({ value: await connection.use(signal, (client) => count(client, settings)) }),
      close: async () => connection.close(),
    });
  },
});

type Settings = z.output<typeof settings>;

async function count(client: RedisClient, settings: Settings): Promise<number> {
  try {
    // Redis removes a list with its last entry, so a missing list is an empty list.
    if (settings.structure === 'list') return await client.llen(settings.key);
    const counts = countsOf(settings);
    if (counts.includes('length')) return await streamLength(client, settings.key);
    return await ofGroup(client, settings, counts);
  } catch (error) {
    throw explained(error, settings);
  }
}

/** Redis keeps an empty stream. So a missing stream was never created, or its key is misspelled. */
async function streamLength(client: RedisClient, key: string): Promise<number> {
  const length = await client.xlen(key);
  if (length === 0 && (await client.exists(key)) === 0) throw noStream(key);
  return length;
}

async function ofGroup(
  client: RedisClient,
  { key, group }: Settings,
  counts: readonly z.output<typeof counted>[],
): Promise<number> {
  const groups = z.array(z.array(z.unknown())).parse(await client.xinfo('GROUPS', key));
  const found = groups.map(toRecord).find((each) => each.get('name') === group);
  if (found === undefined) {
    throw new AdapterError(
      'missing',
      `the stream ${key} has no group ${String(group)}. Check group, or create it with XGROUP CREATE.`,
    );
  }
  const values = counts.map((each) => found.get(each));
  if (values.every((value) => typeof value === 'number')) return values.reduce((sum, value) => sum + value, 0);
  // Redis cannot compute the lag after entries were deleted, or if the group started in the middle of the stream.
  throw new AdapterError(
    'noData',
    `cannot compute the lag of group ${String(group)} (this requires Redis 7 and no deleted entries). Set count: pending or length, or set emptyAs.`,
  );
}

/** ['name', 'workers', 'pending', 2, ...] */
function toRecord(flat: readonly unknown[]): Map<unknown, unknown> {
  return new Map(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]] as const] : [])));
}

function noStream(key: string): AdapterError {
  return new AdapterError(
    'noData',
    `there is no stream ${key}. Check key and database, or set emptyAs if the stream is created later.`,
  );
}

function explained(error: unknown, { key, structure }: Settings): unknown {
  if (!(error instanceof Error)) return error;
  if (error.message.startsWith('WRONGTYPE')) {
    return new AdapterError('failed', `the key ${key} is not a ${structure}. Check key and structure.`);
  }
  if (error.message.startsWith('ERR no such key')) return noStream(key);
  if (/^(NOPERM|NOAUTH|WRONGPASS)/.test(error.message)) {
    return new AdapterError(
      'denied',
      `refused: ${error.message}. Check username, password and the permissions of the user on ${key}.`,
    );
  }
  return error;
}
