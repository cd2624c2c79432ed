/** Apache ActiveMQ (Classic) and Amazon MQ for ActiveMQ: the size of a queue, read through Jolokia's REST API. */
import { z } from 'zod';
import { oneLine } from '../net/answer-words.js';
import { AdapterError } from '../net/errors.js';
import { addressSetting } from '../net/server-address.js';
import { zeroAsSetting } from './empty-as.js';
import { HttpClient, httpSettings } from './http-client.js';
import { makeSampler } from './sampler.js';
import { defineSource } from './source.js';

const attributes = { all: 'QueueSize', inFlight: 'InFlightCount' } as const;

const settings = z.strictObject({
  url: addressSetting(['http', 'https']).describe(
    'Address of Jolokia: "http://activemq:8161/api/jolokia". The web console of the broker serves it at `/api/jolokia`.',
  ),
  broker: z.string().min(1).default('localhost').describe('Name of the broker, `brokerName` in its configuration.'),
  queue: z.string().min(1).describe('Name of the queue.'),
  count: z
    .enum(['waiting', 'inFlight', 'all'])
    .default('all')
    .describe(
      'Messages not yet delivered to a consumer (`waiting`), delivered and not acknowledged (`inFlight`), or both (`all`).',
    ),
  emptyAs: zeroAsSetting,
  ...httpSettings,
});

type Settings = z.output<typeof settings>;

export const activemq = defineSource({
  type: 'activemq',
  summary: 'The number of messages in an ActiveMQ queue.',
  settings,
  overlooks: ({ count }) =>
    count === 'waiting' ? { work: 'messages that consumers hold', fix: 'set count: all' } : undefined,
  create(settings, context) {
    const client = new HttpClient(settings.url, settings, context.timeoutMs);
    return makeSampler(context, {
      server: `ActiveMQ at ${client.shown}`,
      emptyAs: settings.emptyAs,
      secrets: client.secrets,
      async look(signal) {
        const attribute = Object.values(attributes);
        const question = { type: 'read', mbean: objectName(settings), attribute };
        // By default, ActiveMQ refuses requests without an Origin header, to protect against cross-site requests.
        const headers = { origin: new URL(settings.url).origin };
        return { value: countIn(await client.askJson({ json: question, headers, signal }), settings) };
      },
      close: () => client.close(),
    });
  },
});

function objectName({ broker, queue }: Settings): string {
  const names = `brokerName=${asInJmx(broker)},destinationType=Queue,destinationName=${asInJmx(queue)}`;
  return `org.apache.activemq:type=Broker,${names}`;
}

/** Escapes characters that are not allowed in a JMX name, like ActiveMQ's JMXSupport.encodeObjectNamePart. */
function asInJmx(name: string): string {
  return name
    .replace(/[:,'"]/g, '_')
    .replace(/\?/g, '&qe;')
    .replace(/=/g, '&amp;')
    .replace(/\*/g, '&ast;');
}

/** Jolokia responds with HTTP status 200 and a status of its own in the body, not always with an error text. */
const answerSchema = z.union([
  z.object({ status: z.literal(200), value: z.object({ QueueSize: z.number(), InFlightCount: z.number() }) }),
  z.object({ status: z.number().refine((status) => status !== 200), error: z.string().optional() }),
]);

function countIn(answer: unknown, { broker, queue, count }: Settings): number {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw new AdapterError('malformed', 'sent a response that is not from Jolokia. Check url.');
  if (!('value' in parsed.data)) throw refusal(parsed.data, `queue ${queue} in broker ${broker}`);
  const { QueueSize, InFlightCount } = parsed.data.value;
  return { all: QueueSize, inFlight: InFlightCount, waiting: QueueSize - InFlightCount }[count];
}

interface Refusal {
  readonly status: number;
  readonly error?: string | undefined;
}

function refusal({ status, error }: Refusal, what: string): AdapterError {
  if (status === 404) return new AdapterError('missing', `there is no ${what}. Check queue and broker.`);
  if (status === 401 || status === 403) {
    return new AdapterError('denied', `refuses access to ${what}. Check jolokia-access.xml and the user.`);
  }
  return new AdapterError('failed', `returned ${status}${error === undefined ? '' : `: ${oneLine(error)}`}`);
}
