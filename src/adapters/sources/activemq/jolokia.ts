/** One read of a queue through Jolokia, which exposes the JMX objects of a broker over HTTP. */
import { z } from 'zod';
import { oneLine } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import type { HttpClient } from '../http-client.js';

export interface QueuePlace {
  /** `*` for the only broker in the process, whatever its name. */
  readonly broker: string;
  readonly queue: string;
  /** The broker may be on standby, and then has no queues. */
  readonly isOneOfSeveral: boolean;
}

export interface QueueCounts {
  /** All messages, also those that were delivered and not acknowledged. */
  readonly size: number;
  readonly inFlight: number;
}

/**
 * Sends one request.
 * @throws AdapterError; `unreachable` for a broker on standby
 */
export async function readQueue(client: HttpClient, place: QueuePlace, signal: AbortSignal): Promise<QueueCounts> {
  // By default, ActiveMQ refuses requests without an Origin header, to protect against cross-site requests.
  const headers = { origin: client.origin };
  const queue = { type: 'read', mbean: queueName(place), attribute: ['QueueSize', 'InFlightCount'] };
  if (!place.isOneOfSeveral) return countsIn(await client.askJson({ json: queue, headers, signal }), place);
  const broker = { type: 'read', mbean: brokerName(place), attribute: ['Slave'] };
  const [ofQueue, ofBroker] = pairIn(await client.askJson({ json: [queue, broker], headers, signal }));
  if (isStandby(ofBroker)) throw new AdapterError('unreachable', 'is on standby.');
  return countsIn(ofQueue, place);
}

function brokerName({ broker }: QueuePlace): string {
  return `org.apache.activemq:type=Broker,brokerName=${broker === '*' ? '*' : asInJmx(broker)}`;
}

function queueName(place: QueuePlace): string {
  return `${brokerName(place)},destinationType=Queue,destinationName=${asInJmx(place.queue)}`;
}

/** Escapes characters that are not allowed in a JMX name, like ActiveMQ's JMXSupport.encodeObjectNamePart. */
function asInJmx(name: string): string {
  return name
    .replace(/[:,'"]/g, '_')
    .replace(/\?/g, '&qe;')
    .replace(/=/g, '&amp;')
    .replace(/\*/g, '&ast;');
}

const attributes = z.object({ QueueSize: z.number(), InFlightCount: z.number() });

/** Attributes of one object, or of each object whose name matches a pattern. */
const valueSchema = z.union([
  attributes.transform((one) => [one]),
  z.record(z.string(), attributes).transform((several) => Object.values(several)),
]);

/** Jolokia responds with HTTP status 200 and a status of its own in the body, not always with an error text. */
const answerSchema = z.union([
  z.object({ status: z.literal(200), value: valueSchema }),
  z.object({ status: z.number().refine((status) => status !== 200), error: z.string().optional() }),
]);

/** The responses to both reads of one request, in the order of the reads. */
function pairIn(answer: unknown): readonly [unknown, unknown] {
  const parsed = z.tuple([z.unknown(), z.unknown()]).safeParse(answer);
  // Jolokia responds to the whole request with one error, for example if the login is refused.
  return parsed.success ? parsed.data : [answer, undefined];
}

const slave = z.object({ Slave: z.boolean() });
const stateSchema = z.object({
  value: z.union([
    slave.transform((one) => [one]),
    z.record(z.string(), slave).transform((several) => Object.values(several)),
  ]),
});

function isStandby(answer: unknown): boolean {
  const parsed = stateSchema.safeParse(answer);
  return parsed.success && parsed.data.value.some(({ Slave }) => Slave);
}

function countsIn(answer: unknown, { broker, queue }: QueuePlace): QueueCounts {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw new AdapterError('malformed', 'sent a response that is not from Jolokia. Check url.');
  if (!('value' in parsed.data)) throw refusal(parsed.data, `queue ${queue} in broker ${broker}`);
  const [found, ...more] = parsed.data.value;
  if (found === undefined || more.length > 0) {
    throw new AdapterError('malformed', `has ${parsed.data.value.length} brokers with queue ${queue}. Set broker.`);
  }
  return { size: found.QueueSize, inFlight: found.InFlightCount };
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
