/** The dependencies of the API. It reads everything else from Temporal. */
import type { Client } from '@temporalio/client';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Observation } from '../domain/scale/capacity.js';

export interface LastLook {
  readonly atMs: number;
  /** Null when the platform answered. In words for a person. */
  readonly problem: string | null;
}

interface WorkerStatus {
  readonly isPolling: boolean;
  /** Why the worker is not polling, in words for a person. */
  readonly reason: string;
}

export interface ApiDependencies {
  readonly config: Pick<Config, 'resources'> & Partial<Pick<Config, 'source'>>;
  readonly client: Client;
  readonly log: Logger;
  /** The metrics of this process. Absent: those of the API alone. */
  readonly metrics?: Metrics;
  /** The token that callers must send as `Authorization: Bearer`. Absent: no token is required. */
  readonly token?: string | undefined;
  /** Names that this server accepts in the Host header without a token, besides IP addresses and localhost. */
  readonly allowedHosts?: readonly string[];
  /** Without a path, for example `http://127.0.0.1:8233`. Absent: responses contain no links to the Web UI. */
  readonly webUiUrl?: string | undefined;
  /** The status of the worker of this process, by task queue. Absent when this process has no worker. */
  readonly workerStatus?: (() => Readonly<Record<string, WorkerStatus>>) | undefined;
  /** Reads the platform once. Absent when this process cannot reach it. */
  readonly observe?: ((resource: string, signal: AbortSignal) => Promise<Observation>) | undefined;
  /**
   * The result of the last read of a platform by the worker of this process. Absent when this process has no worker.
   */
  readonly lastLookAt?: ((resource: string) => LastLook | undefined) | undefined;
  /** The folder of the built console. Absent: this process serves no pages. */
  readonly consoleFolder?: string | undefined;
  /** Runs each request within a span. Absent when this process exports no traces. */
  readonly trace?: RequestHandler | undefined;
  /** Aborts when the process starts to shut down: requests that wait are then answered. */
  readonly stopping: AbortSignal;
}
