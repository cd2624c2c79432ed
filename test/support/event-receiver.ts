/** A receiver of events: a real HTTP server that verifies every signature, and can be down for a while. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { eventData } from '../../src/domain/events/data.js';
import type { AnyEventKind } from '../../src/domain/events/kinds.js';

export interface ReceivedEvent {
  readonly specversion: string;
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Record<string, unknown>;
}

const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

interface Response {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

export class EventReceiver {
  /** The accepted events in the order of their arrival, with those that came twice. */
  readonly events: ReceivedEvent[] = [];
  /** The number of requests, also of refused ones. */
  requests = 0;
  /** What the next requests get. */
  respond: (event: ReceivedEvent) => Response = () => ({ status: 204 });
  #port = 0;
  #server: Server | undefined;

  constructor(private readonly secret = webhookSecret) {}

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** As in a configuration, with all kinds. */
  get settings() {
    return { type: 'cloudevents', url: this.url, secret: this.secret };
  }

  get kinds(): string[] {
    return this.events.map(({ type }) => type.replace('io.escapement.', ''));
  }

  /** On the same port as before. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests += 1;
    try {
      const body = Buffer.concat(chunks).toString();
      const event = new Webhook(this.secret).verify(body, request.headers as Record<string, string>) as ReceivedEvent;
      const { status, headers = {} } = this.respond(event);
      if (status < 300) this.events.push(checked(event, request));
      response.writeHead(status, headers).end();
    } catch (error) {
      response.writeHead(401).end(String(error));
    }
  }
}

/** @throws Error when the event is not as documented. */
function checked(event: ReceivedEvent, { headers }: IncomingMessage): ReceivedEvent {
  if (headers['webhook-id'] !== event.id) throw new Error('the id of the message is not that of the event');
  if (headers['content-type'] !== 'application/cloudevents+json; charset=utf-8') throw new Error('another type');
  const kind = event.type.replace('io.escapement.', '') as AnyEventKind;
  eventData[kind].strict().parse(event.data);
  return event;
}
