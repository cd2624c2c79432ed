/** A sidecar with the real HTTP API and simulated resources that can inject faults. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { adminApi, type AdminDependencies } from './admin-api.js';
import { CallLog, type LoggedCall } from './call-log.js';
import { FaultPlan } from './fault-plan.js';
import { RequestError } from './request.js';
import { SimulatedResource } from './resource.js';
import { sidecarApi } from './sidecar-api.js';

export interface SimulatorOptions {
  /** The initial capacity, keyed by alias. */
  readonly resources: Readonly<Record<string, number>>;
  /** 0, the default: the operating system picks a free port. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly listen?: string;
  /** How long a change takes to take effect; default: 0. */
  readonly startTimeMs?: number;
  /** The age of the state that a read returns; default: 0. */
  readonly readLagMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Numbers that are read at `GET /signals/{name}`, as functions of the time in milliseconds since the epoch. */
  readonly signals?: Readonly<Record<string, (nowMs: number) => number>>;
  /** Called for every call once it was answered, or was dropped. */
  readonly onAnswer?: (call: LoggedCall) => void;
}

export interface Simulator {
  readonly url: string;
  readonly faults: FaultPlan;
  readonly log: CallLog;
  readonly resources: ReadonlyMap<string, SimulatedResource>;
  /** Refuses connections and closes the open ones, then listens again at the same address. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** Rejects with the error of the operating system when the address is in use. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { listen = '127.0.0.1', startTimeMs = 0, readLagMs = 0, now = Date.now } = options;
  const { signals = {}, onAnswer = () => undefined } = options;
  const resources = new Map(
    Object.entries(options.resources).map(([alias, capacity]) => [
      alias,
      new SimulatedResource(alias, { capacity, startTimeMs, atMs: now() }),
    ]),
  );
  const faults = new FaultPlan();
  const log = new CallLog(onAnswer);
  let returning: NodeJS.Timeout | undefined;
  const goDownFor = (downMs: number) => {
    clearTimeout(returning);
    void goDown(server);
    returning = setTimeout(() => void listenAt(server, port, listen), downMs);
  };
  const server = createServer(simulatorApp({ resources, faults, log, readLagMs, now, goDownFor }, signals));
  const port = await listenAt(server, options.port ?? 0, listen);
  return {
    url: `http://${listen.includes(':') ? `[${listen}]` : listen}:${port}`,
    faults,
    log,
    resources,
    goDown: () => goDown(server),
    comeBack: async () => {
      await listenAt(server, port, listen);
    },
    close: async () => {
      clearTimeout(returning);
      await goDown(server);
    },
  };
}

function simulatorApp(parts: AdminDependencies, signals: NonNullable<SimulatorOptions['signals']>): Express {
  return express()
    .disable('x-powered-by')
    .use(express.text({ type: () => true, limit: '1mb' }))
    .use(sidecarApi(parts))
    .use(adminApi(parts))
    .get('/signals/:name', (request, response, next) => {
      const valueAt = signals[request.params.name];
      if (valueAt) response.json({ value: valueAt(parts.now()) });
      else next();
    })
    .use((request) => {
      throw new RequestError(404, `${request.method} ${request.path} does not exist; see escapement simulator --help`);
    })
    .use(sendError);
}

/** Express recognizes an error handler by its four parameters. */
const sendError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  // Express's own errors (a path that cannot be decoded, a body that is too large) have a status too.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') {
    response.status(error.status).json({ error: error.message });
  } else {
    next(error);
  }
};

async function listenAt(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port; // always an object when the server listens on TCP
}

async function goDown(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
