/**
 * What the process uses of tracing. This file imports nothing of OpenTelemetry: when tracing is off, nothing of it is
 * loaded.
 */
import type { ClientInterceptors } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';
import type { RequestHandler } from 'express';
import type { TraceLook } from '../../activities/watch/watch.js';

export interface Tracing {
  /** A span for each request of the API. */
  readonly requests: RequestHandler;
  /** Of clients whose calls belong to a trace. */
  readonly client: ClientInterceptors;
  readonly worker: Pick<WorkerOptions, 'interceptors' | 'sinks'>;
  readonly call: TraceCall;
  readonly look: TraceLook;
  /** Exports what is waiting, for at most a second. Never rejects. */
  stop(): Promise<void>;
}

/** Makes a call of a platform or a source, and a span for it when it belongs to a trace. */
export type TraceCall = <Result>(call: TracedCall<Result>, work: () => Promise<Result>) => Promise<Result>;

export interface TracedCall<Result> {
  readonly operation: 'observe' | 'change' | 'sample';
  /** The type of the platform or the source: `kubernetes`, `prometheus`. */
  readonly type: string;
  readonly resource: string;
  /** Only for samples. */
  readonly signal?: string;
  /** Only for changes: the capacities. */
  readonly from?: number;
  readonly to?: number;
  /** Why a result that is not an error is a failure, in words for a person. */
  readonly failureOf?: (result: Result) => string | undefined;
}
