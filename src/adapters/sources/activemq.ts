/** Apache ActiveMQ (Classic) and Amazon MQ for ActiveMQ: the size of a queue, read by Jolokia's REST API. */
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
    'Address of Jolokia: "http://activemq:8161/api/jolokia"; in the broker\'s own console it is under `/api/jolokia`.',
  ),
  broker: z.string().min(1).default('localhost').describe('Name of the broker, `brokerName` in its configuration.'),
  queue: z.string().min(1).describe('Name of the queue.'),
  count: z
    .enum(['waiting', 'inFlight', 'all'])
    .default('all')
    .describe('Messages not yet given to a consumer (`waiting`), given and not acknowledged (`inFlight`), or both.'),
  emptyAs: zeroAsSetting,
  ...httpSettings,
});

type Settings = z.output<typeof settings>;

export const activemq = defineSource({
  type: 'activemq',
  summary: 'The number of messages in an ActiveMQ queue.',
  settings,
  overlooks: ({ count }) =>
    count === 'waiting' ? { work: 'messages that consumers hold', fix: 'write count: all' } : undefined,
  create(settings, context) {
    const client = new HttpClient(settings.url, settings, context.timeoutMs);
    return makeSampler(context, {
      server: `ActiveMQ at ${client.shown}`,
      emptyAs: settings.emptyAs,
      secrets: client.secrets,
      async look(signal) {
        const attribute = Object.values(attributes);
        const question = { type: 'read', mbean: objectName(settings), attribute };
        // ActiveMQ as it is shipped refuses whoever names no origin, lest it be a web page that hides its own.
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

/** ActiveMQ's own replacement (JMXSupport.encodeObjectNamePart) of what may not stand in a name of JMX. */
function asInJmx(name: string): string {
  return name
    .replace(/[:,'"]/g, '_')
    .replace(/\?/g, '&qe;')
    .replace(/=/g, '&amp;')
    .replace(/\*/g, '&ast;');
}

/** Jolokia answers 200 with a status of its own, and not always with a word on why. */
const answerSchema = z.union([
  z.object({ status: z.literal(200), value: z.object({ QueueSize: z.number(), InFlightCount: z.number() }) }),
  z.object({ status: z.number().refine((status) => status !== 200), error: z.string().optional() }),
]);

function countIn(answer: unknown, { broker, queue, count }: Settings): number {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw new AdapterError('malformed', 'answered something else than Jolokia does. Check url.');
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
    return new AdapterError('denied', `may not read ${what}. Check jolokia-access.xml and the user.`);
  }
  return new AdapterError('failed', `answered ${status}${error === undefined ? '' : `: ${oneLine(error)}`}`);
}
