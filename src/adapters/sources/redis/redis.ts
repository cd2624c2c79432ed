/** Redis and what speaks its protocol: the length of a list, or a stream's length, lag or pending entries. */
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
    structure: z.enum(['list', 'stream']).default('list').describe('What the key holds.'),
    count: z
      .union([counted, z.array(counted).min(1)])
      .optional()
      .describe(
        '`length`: entries in the list or stream. Of a stream also `lag`: entries not yet delivered to the group (Redis 7), and `pending`: delivered to it and not acknowledged; a list adds them. Default: `[lag, pending]` of a stream with a `group`, else `length`.',
      ),
    group: z.string().min(1).optional().describe('Consumer group of a stream.'),
    emptyAs: emptyAsSetting('there is no such stream, or its lag is not known'),
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
        message: `${ofGroup.join(' and ')} is of streams only: set structure to stream`,
      });
    }
    if (given.group === undefined) {
      issues.addIssue({ code: 'custom', path: ['group'], message: `is needed for count: ${ofGroup.join(', ')}` });
    }
    if (given.structure === 'stream' && ofGroup.length < counts.length) {
      const message = 'adds length to a part of it: leave length out, or count it alone';
      issues.addIssue({ code: 'custom', path: ['count'], message });
    }
  });

interface Written {
  readonly structure: 'list' | 'stream';
  readonly count?: z.output<typeof counted> | z.output<typeof counted>[] | undefined;
  readonly group?: string | undefined;
}

/** What was read from a stream and not acknowledged is still to be done. */
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
      return { work: 'entries that workers took off the list', fix: 'have idle read what they work on too' };
    const isCounted = count === undefined ? group !== undefined : [count].flat().some((each) => each !== 'lag');
    return isCounted
      ? undefined
      : { work: 'entries that were delivered and not acknowledged', fix: 'count pending too' };
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
    // Redis removes a list with its last entry: a list that is not there is an empty one.
    if (settings.structure === 'list') return await client.llen(settings.key);
    const counts = countsOf(settings);
    if (counts.includes('length')) return await streamLength(client, settings.key);
    return await ofGroup(client, settings, counts);
  } catch (error) {
    throw explained(error, settings);
  }
}

/** An empty stream stays, so one that is not there was never made, or its name is wrong. */
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
  // Redis cannot tell after entries were deleted, or when the group began in the middle of the stream.
  throw new AdapterError(
    'noData',
    `does not know the lag of group ${String(group)} (it needs Redis 7, and no deleted entries). Use count: pending or length, or set emptyAs.`,
  );
}

/** ['name', 'workers', 'pending', 2, ...] */
function toRecord(flat: readonly unknown[]): Map<unknown, unknown> {
  return new Map(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]] as const] : [])));
}

function noStream(key: string): AdapterError {
  return new AdapterError(
    'noData',
    `there is no stream ${key}. Check key and database, or set emptyAs if it is made later.`,
  );
}

function explained(error: unknown, { key, structure }: Settings): unknown {
  if (!(error instanceof Error)) return error;
  if (error.message.startsWith('WRONGTYPE')) {
    return new AdapterError('failed', `the key ${key} holds no ${structure}. Check key and structure.`);
  }
  if (error.message.startsWith('ERR no such key')) return noStream(key);
  if (/^(NOPERM|NOAUTH|WRONGPASS)/.test(error.message)) {
    return new AdapterError(
      'denied',
      `refused: ${error.message}. Check username, password and the rights of that user on ${key}.`,
    );
  }
  return error;
}
