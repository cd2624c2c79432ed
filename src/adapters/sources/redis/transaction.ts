/** Several reads of Redis in one transaction, so that a job that moves between two keys is counted once. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import type { RedisClient } from './connection.js';

type Command = 'llen' | 'lindex' | 'zcard' | 'zcount' | 'hlen' | 'hvals' | 'hexists' | 'exists' | 'sismember';
/** A command that only reads, its key, and further arguments. */
export type Read = readonly [command: Command, key: string, ...more: (string | number)[]];

/**
 * MULTI and EXEC require fewer permissions than a script, and every Redis supports them.
 * @returns the replies, in the order of the reads.
 */
export async function readTogether(client: RedisClient, reads: readonly Read[]): Promise<unknown[]> {
  const replies = await inTransaction(client, reads);
  return replies.map(([error, reply], index) => {
    if (error !== null) throw explained(error, reads[index]?.[1]);
    return reply;
  });
}

/** @returns the replies, which are all whole numbers, in the order of the reads. */
export async function countTogether(client: RedisClient, reads: readonly Read[]): Promise<number[]> {
  return z.array(z.number()).parse(await readTogether(client, reads));
}

async function inTransaction(client: RedisClient, reads: readonly Read[]): Promise<[Error | null, unknown][]> {
  try {
    return (await client.multi(reads.map((read) => [...read])).exec()) ?? [];
  } catch (error) {
    throw explained(reasonOf(error), undefined);
  }
}

/** EXEC fails with "previous errors" if a command of the transaction was refused. */
function reasonOf(error: unknown): unknown {
  const { previousErrors } = error as { readonly previousErrors?: readonly unknown[] };
  return previousErrors?.[0] ?? error;
}

/** @param key the key that was read, if it is known. */
export function explained(error: unknown, key: string | undefined): unknown {
  if (!(error instanceof Error)) return error;
  const { message } = error;
  if (message.startsWith('WRONGTYPE')) {
    return new AdapterError(
      'failed',
      `the key ${String(key)} has another type than in this framework. Check type, queue, database and prefix.`,
    );
  }
  if (message.startsWith('CROSSSLOT') || message.includes('must belong to the same')) {
    return new AdapterError(
      'failed',
      'the keys of the queue are on several nodes of the Cluster. Use a prefix with a hash tag, such as {bull}, in the application and here.',
    );
  }
  // A refused EXEC is "EXECABORT Transaction discarded because of: NOPERM ...".
  if (/\b(NOPERM|NOAUTH|WRONGPASS)\b/.test(message)) {
    return new AdapterError(
      'denied',
      `refused: ${message}. Check username, password and the permissions of the user on the keys of the queue.`,
    );
  }
  return error;
}
