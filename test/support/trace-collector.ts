/** An OTLP endpoint that keeps what it receives: the spans of JSON, and the bodies of everything else. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const valueSchema = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
});
const attributesSchema = z.array(z.object({ key: z.string(), value: valueSchema }));

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: attributesSchema,
  status: z.object({ code: z.number(), message: z.string().optional() }),
});

const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly service: string | number | undefined;
}

export interface ReceivedExport {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class TraceCollector {
  readonly spans: Span[] = [];
  readonly received: ReceivedExport[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<TraceCollector> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // always an object when the server listens on TCP
    const collector = new TraceCollector(server, `http://127.0.0.1:${port}`);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        collector.#take({ path: request.url, headers: request.headers, body: Buffer.concat(chunks) });
        response.setHeader('Content-Type', request.headers['content-type'] ?? '');
        response.end(collector.#isJson(request.headers) ? '{}' : undefined);
      });
    });
    return collector;
  }

  get traceIds(): ReadonlySet<string> {
    return new Set(this.spans.map(({ traceId }) => traceId));
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  #take(received: ReceivedExport): void {
    this.received.push(received);
    if (this.#isJson(received.headers)) this.spans.push(...spansIn(received.body.toString()));
  }

  #isJson(headers: IncomingHttpHeaders): boolean {
    return headers['content-type'] === 'application/json';
  }
}

/** The spans of an export in JSON. */
export function spansIn(text: string): Span[] {
  return exportSchema.parse(JSON.parse(text)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ startTimeUnixNano, endTimeUnixNano, attributes, parentSpanId, ...span }) => ({
        ...span,
        parentSpanId,
        startMs: Number(BigInt(startTimeUnixNano) / 1000n) / 1000,
        endMs: Number(BigInt(endTimeUnixNano) / 1000n) / 1000,
        attributes: valuesOf(attributes),
        service: valuesOf(resource.attributes)['service.name'],
      })),
    ),
  );
}

function valuesOf(attributes: z.output<typeof attributesSchema>): Span['attributes'] {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
}

/** The names of a span and of all above it, up to a span without a parent here. */
export function pathTo(span: Span, spans: readonly Span[]): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [...(parent ? pathTo(parent, spans) : []), span.name];
}

/** One line for each span, indented below its parent, with its duration in milliseconds. */
export function treeOf(spans: readonly Span[]): string {
  const lines = (level: readonly Span[], depth: number): string[] =>
    level
      .toSorted((one, other) => one.startMs - other.startMs)
      .flatMap((span) => [
        `${'  '.repeat(depth)}${span.name}  ${Math.round(span.endMs - span.startMs)} ms`,
        ...lines(
          spans.filter(({ parentSpanId }) => parentSpanId === span.spanId),
          depth + 1,
        ),
      ]);
  const isRoot = ({ parentSpanId }: Span) => !spans.some(({ spanId }) => spanId === parentSpanId);
  return lines(spans.filter(isRoot), 0).join('\n');
}
