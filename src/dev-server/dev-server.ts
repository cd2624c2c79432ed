/** The embedded Temporal server: one process, one SQLite file. What it holds survives every restart. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '../process/logger.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';
import { startSupervised, type SupervisedServer } from './supervised-server.js';
import { connectClient } from '../client/temporal/connection.js';

export interface DevServerSettings {
  /** The `temporal` command. */
  readonly binary: string;
  readonly dataDirectory: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  readonly log: Logger;
  /** Told once the server has died so often in a row that it is not started again. */
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
/** A server that has lived longer than this did not die of its start. */
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
 * Answers when the server is healthy; from then on it is started again whenever it dies.
 * @throws Error with the end of the server's log where it does not come up.
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

/** Resolves when the server was stopped, or given up. */
async function keepAlive(first: SupervisedServer, settings: DevServerSettings, stopping: AbortSignal): Promise<void> {
  const { log, dataDirectory, onGivenUp } = settings;
  let cause = await lifeOf(first, stopping);
  for (let deathsInARow = 1; !stopping.aborted; deathsInARow++) {
    if (deathsInARow > mostRestartsInARow) {
      onGivenUp(new Error(`The Temporal server died ${deathsInARow} times in a row, last because ${cause}`));
      return;
    }
    log.warn({ cause, log: devServerFiles(dataDirectory).log }, 'The Temporal server died; starting it again');
    const startedAtMs = performance.now();
    cause = await anotherLife(settings, retryPauseMs(deathsInARow, mostBetweenRestartsMs), stopping);
    if (performance.now() - startedAtMs > stableAfterMs) deathsInARow = 0;
  }
}

/** Until it dies, or until we stop it: then what it says does not matter. */
async function lifeOf(server: SupervisedServer, stopping: AbortSignal): Promise<string> {
  const cause = await Promise.race([server.ended, aborted(stopping)]);
  await server.stop();
  return cause ?? 'it was stopped';
}

async function anotherLife(settings: DevServerSettings, pauseMs: number, stopping: AbortSignal): Promise<string> {
  try {
    if (!(await pauseFor(pauseMs, stopping))) return 'it was stopped';
    const server = await launch(settings, stopping);
    settings.log.info('The Temporal server is back; nothing is lost');
    return await lifeOf(server, stopping);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One start of the process, until it answers. */
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

/** The namespace is made after the port has opened: a start before that would fail. */
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
  return [...lines.slice(-5), `The whole log is ${log}.`].join('\n');
}
