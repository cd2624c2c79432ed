/** What the API is given. Everything else it asks Temporal for. */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { Observation } from '../domain/scale/capacity.js';

export interface LastLook {
  readonly atMs: number;
  /** Null where the platform answered. For people. */
  readonly problem: string | null;
}

interface WorkerStatus {
  readonly isPolling: boolean;
  /** Why not. For people. */
  readonly reason: string;
}

export interface ApiDependencies {
  readonly config: Pick<Config, 'resources'>;
  readonly client: Client;
  readonly log: Logger;
  /** Callers must send it as `Authorization: Bearer`. Absent: nobody is asked. */
  readonly token?: string | undefined;
  /** Names that this server answers to without a token, besides IP addresses and localhost. */
  readonly allowedHosts?: readonly string[];
  /** Without a path, such as `http://127.0.0.1:8233`. Absent: answers have no links into it. */
  readonly webUiUrl?: string | undefined;
  /** Of the worker of this process, by task queue. Absent where there is none. */
  readonly workerStatus?: (() => Readonly<Record<string, WorkerStatus>>) | undefined;
  /** One look at the platform. Absent where this process cannot reach it. */
  readonly observe?: ((resource: string, signal: AbortSignal) => Promise<Observation>) | undefined;
  /** What became of the last read of a platform by the worker of this process. Absent where there is none. */
  readonly lastLookAt?: ((resource: string) => LastLook | undefined) | undefined;
  /** Aborts when the process is about to end: whoever waits gets an answer. */
  readonly stopping: AbortSignal;
}
