/** NATS JetStream: the messages that a consumer has still to process. */
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { oneLine } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import { parseJson } from '../../net/json.js';
import { zeroAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { connectionSettings, natsConnection, natsServer } from './connection.js';

const states = z.enum(['pending', 'unacknowledged']);
/** The name of a stream or consumer is one token of a subject. */
const name = z.string().regex(/^[^\s.*>]+$/, 'has a space, ".", "*" or ">", which no name contains');

const settings = z.strictObject({
  stream: name.describe('Name of the stream.'),
  consumer: name.describe('Name of the durable consumer.'),
  count: z
    .union([states, z.array(states).min(1)])
    .default(['pending', 'unacknowledged'])
    .describe(
      'Messages that were not yet delivered to the consumer (`pending`), or were delivered and not acknowledged (`unacknowledged`). The counts of a list are added.',
    ),
  domain: name.optional().describe('JetStream domain, such as that of a leaf node.'),
  emptyAs: zeroAsSetting,
  ...connectionSettings,
});

export const nats = defineSource({
  type: 'nats',
  summary: 'The messages that a NATS JetStream consumer has still to process.',
  settings,
  overlooks({ count }) {
    return count === undefined || [count].flat().includes('unacknowledged')
      ? undefined
      : { work: 'messages that were delivered and not acknowledged', fix: 'add unacknowledged to count' };
  },
  create(settings, context) {
    const connection = natsConnection(settings, context.timeoutMs);
    return makeSampler(context, {
      ...natsServer(settings),
      emptyAs: settings.emptyAs,
      look: async (signal) => ({
        value: await connection.use(signal, (opened) => count(opened, settings, context.timeoutMs)),
      }),
      close: async () => connection.close(),
    });
  },
});

type Settings = z.output<typeof settings>;

async function count(connection: NatsConnection, settings: Settings, timeoutMs: number): Promise<number> {
  const { domain, stream, consumer } = settings;
  const api = domain === undefined ? '$JS.API' : `$JS.${domain}.API`;
  const subject = `${api}.CONSUMER.INFO.${stream}.${consumer}`;
  const response = await connection.request(subject, undefined, { timeout: timeoutMs }).catch((error: unknown) => {
    throw explained(error, subject);
  });
  const counts = countsIn(response.string(), settings);
  return [...new Set([settings.count].flat())].reduce((sum, state) => sum + counts[state], 0);
}

const info = z.object({ num_pending: z.number(), num_ack_pending: z.number() });
const failure = z.object({ error: z.object({ err_code: z.number().optional(), description: z.string() }) });

function countsIn(text: string, { stream, consumer }: Settings): Record<z.output<typeof states>, number> {
  const document = parseJson(text);
  const { data: refused } = failure.safeParse(document);
  if (refused !== undefined) throw ofApi(refused.error, stream, consumer);
  const { data: found } = info.safeParse(document);
  if (found === undefined) {
    throw new AdapterError(
      'malformed',
      `the response of ${text.length} characters is not about a consumer. Check url.`,
    );
  }
  return { pending: found.num_pending, unacknowledged: found.num_ack_pending };
}

const consumerNotFound = 10_014;
const streamNotFound = 10_059;

function ofApi(error: z.output<typeof failure>['error'], stream: string, consumer: string): AdapterError {
  if (error.err_code === streamNotFound) {
    return new AdapterError(
      'missing',
      `there is no stream ${stream}. Check stream, domain and the account of the user.`,
    );
  }
  if (error.err_code === consumerNotFound) {
    return new AdapterError('missing', `the stream ${stream} has no consumer ${consumer}. Check consumer.`);
  }
  return new AdapterError('failed', `refused: ${oneLine(error.description)}. Check stream and consumer.`);
}

function explained(error: unknown, subject: string): unknown {
  const thrown = error as Error;
  const { name, message } = thrown.cause instanceof Error ? thrown.cause : thrown;
  if (name === 'PermissionViolationError' || /permissions violation/i.test(message)) {
    return new AdapterError(
      'denied',
      `refused the request. Allow the user to publish to ${subject} and to subscribe to _INBOX.>.`,
    );
  }
  if (name === 'NoRespondersError') {
    return new AdapterError(
      'failed',
      'has no JetStream for this user. Turn JetStream on in the server and the account, and check domain.',
    );
  }
  if (/ClosedConnection|DrainingConnection/.test(name)) {
    return new AdapterError(
      'unreachable',
      'closed the connection. Check that it is running, its address and the network.',
    );
  }
  return error;
}
