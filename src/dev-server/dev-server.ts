/** The embedded Temporal server: one process, one SQLite file. Its data survives every restart. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '../process/logger.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';
import { startSupervised, type SupervisedServer } from './supervised-server.js';
import { connectClient } from '../client/temporal/connection.js';

export interface DevServerSettings {
  /** The path of the `temporal` command. */
  readonly binary: string;
  readonly dataDirectory: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  readonly log: Logger;
  /** Called when the server has died too often in a row and is not restarted any more. */
  readonly onGivenUp: (error: Error) => void;
}

export interface DevServer {
  readonly address: string;
  readonly webUiUrl: string;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const healthyWithinMs = 60_000;
const betweenLooksMs = 50;
/** A server that ran for longer than this did not die because of its start. */
const stableAfterMs = 60_000;
const mostRestartsInARow = 5;
const mostBetweenRestartsMs = 8000;

export function devServerFiles(dataDirectory: string) {
  const directory = resolve(dataDirectory);
  return {
    directory,
    database: join(directory, 'temporal.db'),
    log: join(directory, 'temporal.log'),
    processIds: join(directory, 'temporal.pids'),
  };
}

/**
 * Resolves when the server is healthy. From then on the server is restarted whenever it dies.
 * @throws Error with the end of the server's log when the server does not become healthy.
 */
export async function startDevServer(settings: DevServerSettings, signal: AbortSignal): Promise<DevServer> {
  const files = devServerFiles(settings.dataDirectory);
  await mkdir(files.directory, { recursive: true });
  await writeFile(files.log, '');

  const first = await launch(settings, signal);
  const stopping = new AbortController();
  const kept = keepAlive(first, settings, stopping.signal);
  return {
    address: `${host}:${settings.port}`,
    webUiUrl: `http://${host}:${settings.uiPort}`,
    stop: async () => {
      stopping.abort();
      await kept;
    },
  };
}

/** Resolves when the server was stopped, or when no further restart is attempted. */
async function keepAlive(first: SupervisedServer, settings: DevServerSettings, stopping: AbortSignal): Promise<void> {
  const { log, dataDirectory, onGivenUp } = settings;
  let cause = await endOfServer(first, stopping);
  for (let deathsInARow = 1; !stopping.aborted; deathsInARow++) {
    if (deathsInARow > mostRestartsInARow) {
      onGivenUp(new Error(`The Temporal server died ${deathsInARow} times in a row, the last time because ${cause}`));
      return;
    }
    log.warn({ cause, log: devServerFiles(dataDirectory).log }, 'Temporal server died; restarting it');
    const startedAtMs = performance.now();
    cause = await restart(settings, retryPauseMs(deathsInARow, mostBetweenRestartsMs), stopping);
    if (performance.now() - startedAtMs > stableAfterMs) deathsInARow = 0;
  }
}

/** Resolves when the server dies, or when this process stops it; the result is then not used. */
async function endOfServer(server: SupervisedServer, stopping: AbortSignal): Promise<string> {
  const cause = await Promise.race([server.ended, aborted(stopping)]);
  await server.stop();
  return cause ?? 'it was stopped';
}

async function restart(settings: DevServerSettings, pauseMs: number, stopping: AbortSignal): Promise<string> {
  try {
    if (!(await pauseFor(pauseMs, stopping))) return 'it was stopped';
    const server = await launch(settings, stopping);
    settings.log.info('Temporal server is running again; no data was lost');
    return await endOfServer(server, stopping);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Starts the process once and waits until it answers. */
async function launch(settings: DevServerSettings, signal: AbortSignal): Promise<SupervisedServer> {
  const files = devServerFiles(settings.dataDirectory);
  const server = startSupervised(commandLine(settings, files.database), files);
  const health = new AbortController();
  try {
    const obstacle = await Promise.race([
      untilHealthy(settings, health.signal),
      server.ended,
      aborted(AbortSignal.any([signal, AbortSignal.timeout(healthyWithinMs)])).then(() => 'it does not answer'),
    ]);
    if (obstacle === null) return server;
    await server.stop();
    signal.throwIfAborted();
    throw new Error(`The Temporal server did not start: ${obstacle}.\n${await endOf(files.log)}`);
  } finally {
    health.abort();
  }
}

function commandLine({ binary, port, uiPort, namespace }: DevServerSettings, database: string): string[] {
  return [
    ...[binary, 'server', 'start-dev', '--db-filename', database, '--namespace', namespace],
    ...['--ip', host, '--port', String(port), '--ui-port', String(uiPort), '--ui-disable-news-fetch'],
    ...['--log-level', 'warn'],
  ];
}

/** The server creates the namespace after it has opened the port, and a worker that starts before that fails. */
async function untilHealthy({ port, namespace }: DevServerSettings, signal: AbortSignal): Promise<null> {
  const connection = connectClient({ address: `${host}:${port}`, namespace, isConfigured: false, options: {} });
  try {
    do {
      const isHealthy = await connection.workflowService.countWorkflowExecutions({ namespace }).then(
        () => true,
        () => false,
      );
      if (isHealthy) break;
    } while (await pauseFor(betweenLooksMs, signal));
    return null;
  } finally {
    await connection.close();
  }
}

async function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

async function endOf(log: string): Promise<string> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n');
  return [...lines.slice(-5), `The complete log is ${log}.`].join('\n');
}
