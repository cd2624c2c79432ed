/** The built product, each role in its own process as users run it, on a Temporal server with SQLite. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { type DevServer, devServerFiles, startDevServer } from '../src/dev-server/dev-server.js';
import { createLogger } from '../src/process/logger.js';
import { findTemporalBinary } from '../src/dev-server/binary.js';
import type { ApiClient } from '../test/e2e/api-client.js';
import { Sandbox, apiOf } from '../test/e2e/sandbox.js';
import { eventually } from '../test/support/eventually.js';
import { freePorts } from '../scripts/services/free-ports.js';
import { Program } from '../test/support/program.js';

export class Laboratory {
  readonly #dataDirectory: string;
  readonly #others: Program[] = [];
  /** Of the health page of the worker that was started last. */
  workerUrl = '';

  private constructor(
    readonly sandbox: Sandbox,
    private readonly server: DevServer,
    private readonly connection: Connection,
  ) {
    this.#dataDirectory = join(sandbox.folder, 'temporal');
  }

  static async open(): Promise<Laboratory> {
    const sandbox = await Sandbox.create();
    const [port = 0, uiPort = 0] = await freePorts(2);
    const settings = {
      binary: await findTemporalBinary('temporal', { env: process.env, progress: console.error }),
      dataDirectory: join(sandbox.folder, 'temporal'),
      port,
      uiPort,
      namespace: 'default',
      log: createLogger('warn'),
      onGivenUp: (error: Error) => {
        throw error;
      },
    };
    const server = await startDevServer(settings, new AbortController().signal);
    sandbox.env.TEMPORAL_ADDRESS = server.address;
    sandbox.env.LOG_LEVEL = 'info';
    return new Laboratory(sandbox, server, await Connection.connect({ address: server.address }));
  }

  get client(): Client {
    return new Client({ connection: this.connection });
  }

  get serverPid(): number {
    const [, , server] = readFileSync(devServerFiles(this.#dataDirectory).processIds, 'utf8').trim().split(' ');
    return Number(server);
  }

  /** A sidecar of that many services, `r0` and on, each with that capacity. @returns its URL */
  async sidecarOf(services: number, capacity: number): Promise<string> {
    const each = Array.from({ length: services }, (_, number) => ['--resource', `r${number}=${capacity}`]);
    return (await this.sandbox.sidecar('--port', '0', ...each.flat())).url;
  }

  /** Of the command `escapement <role>` that was started here. */
  pidOf(role: 'worker' | 'api' | 'simulator'): number {
    for (const [pid, commandLine] of this.sandbox.processes()) {
      if (commandLine.includes(`main.js ${role}`)) return pid;
    }
    throw new Error(`No escapement ${role} runs here`);
  }

  async startWorker(env: NodeJS.ProcessEnv = {}): Promise<Program> {
    const worker = this.sandbox.escapement(['worker'], env);
    const [, url = ''] = await worker.printed(/"url":"([^"]+)".*Worker is running/);
    this.workerUrl = url;
    await eventually('the worker is polling', async () => (await fetch(`${url}/readyz`)).ok, 120_000);
    return worker;
  }

  async startApi(): Promise<ApiClient> {
    return apiOf(this.sandbox.escapement(['api'], { PORT: '0' }));
  }

  /** A worker for the empty workflow, beside which a start of ours is held. */
  async startEmptyWorker(): Promise<void> {
    const command = [process.execPath, '--import', 'tsx', fileURLToPath(new URL('./empty-worker.ts', import.meta.url))];
    this.#others.push(new Program({ command, env: this.sandbox.env }));
    await this.#others.at(-1)!.printed(/The empty worker is up/);
  }

  /** Waits until no started workflow waits for a worker, if there is a worker. */
  async untilQuiet(): Promise<void> {
    if (this.#others.length === 0) return;
    while ((await this.client.workflow.count("ExecutionStatus = 'Running'")).count > 0) await setTimeout(100);
    await setTimeout(500);
  }

  async close(): Promise<void> {
    await this.connection.close();
    await Promise.all(this.#others.map((program) => program.kill()));
    await this.sandbox.close();
    await this.server.stop();
  }
}
