/**
 * The traces of an autoscaler. A watch evaluates its resource every few seconds for hours, and most looks end without a
 * decision. A look therefore only remembers its calls. The spans are made when the look ends in a decision.
 *
 * The request of the scale run is made by another activity, possibly on another worker. The ids of the trace are a
 * digest of the key of that request, so both activities compute the same ids and nothing has to be passed between them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';
import type { TraceLook } from '../../activities/watch/watch.js';
import { requestKey, type WatchResult } from '../domain/autoscale/watch.js';
import { type EndedCall, setFailure, withoutFailing } from './calls.js';

export class Looks {
  readonly #calls = new AsyncLocalStorage<EndedCall[]>();

  constructor(
    private readonly tracer: Tracer,
    private readonly ids: SpanIds,
  ) {}

  /** How a call inside a look is remembered; undefined outside a look. */
  readonly remembering = (): ((call: EndedCall) => void) | undefined => {
    const calls = this.#calls.getStore();
    return calls && ((call) => void calls.push(call));
  };

  readonly look: TraceLook = async ({ resource, runId }, work) => {
    const startedAtMs = Date.now();
    const calls: EndedCall[] = [];
    const seen = await this.#calls.run(calls, work);
    const { result } = seen;
    if (result) withoutFailing(() => this.#decided({ resource, runId, result, startedAtMs, calls }));
    return seen;
  };

  /** The context in which the request with this key is sent: below the span of the evaluation that decided it. */
  contextOf(key: string): Context {
    // This span is not ended, so it is not exported: the watch exports it.
    return trace.setSpan(ROOT_CONTEXT, this.#evaluation(key));
  }

  #decided({ resource, runId, result: { evaluation }, startedAtMs: startTime, calls }: Decision): void {
    const span = this.#evaluation(requestKey(runId, evaluation.atMs), startTime);
    const { capacity, target, reason, limitedBy } = evaluation;
    span.setAttributes({
      'escapement.resource': resource,
      'escapement.capacity': capacity,
      'escapement.target': target,
      'escapement.reason': reason,
      'escapement.limited_by': [...limitedBy],
    });
    const parent = trace.setSpan(ROOT_CONTEXT, span);
    for (const { name, attributes, startedAtMs, endedAtMs, failure } of calls) {
      const call = this.tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: startedAtMs, attributes }, parent);
      setFailure(call, failure);
      call.end(endedAtMs);
    }
    span.end();
  }

  #evaluation(key: string, startTime?: number): Span {
    const options = { root: true, ...(startTime !== undefined && { startTime }) };
    return this.ids.during(idsOf(key), () => this.tracer.startSpan('evaluate', options, ROOT_CONTEXT));
  }
}

interface Decision {
  readonly resource: string;
  readonly runId: string;
  readonly result: WatchResult;
  readonly startedAtMs: number;
  readonly calls: readonly EndedCall[];
}

interface GivenIds {
  readonly traceId: string;
  readonly spanId: string;
}

function idsOf(key: string): GivenIds {
  const digest = createHash('sha256').update(key).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}

/** Random ids, except for a span whose ids are given. */
export class SpanIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #given: GivenIds | undefined;

  readonly generateTraceId = (): string => this.#given?.traceId ?? this.#random.generateTraceId();
  readonly generateSpanId = (): string => this.#given?.spanId ?? this.#random.generateSpanId();

  /** @param start starts one span, synchronously. */
  during(ids: GivenIds, start: () => Span): Span {
    this.#given = ids;
    try {
      return start();
    } finally {
      this.#given = undefined;
    }
  }
}
