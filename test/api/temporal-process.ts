/** A Temporal server as a process that can be killed, and started again on the same data and port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { freePorts } from '../../scripts/services/free-ports.js';
import { temporalCli } from '../support/temporal.js';

export class TemporalProcess {
  #process: ChildProcess | undefined;

  private constructor(
    private readonly command: string,
    private readonly directory: string,
    readonly port: number,
  ) {}

  static async start(): Promise<TemporalProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'escapement-'));
    for (;;) {
      const [port] = await freePorts(1);
      const server = new TemporalProcess(await temporalCli(), directory, port!);
      if (await server.#launch()) return server;
    }
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Resolves when the server responds. */
  async restart(): Promise<void> {
    while (!(await this.#launch()));
  }

  /** @returns false if the server has ended, for example because another process has taken the port since. */
  async #launch(): Promise<boolean> {
    const database = join(this.directory, 'temporal.db');
    const where = ['--ip', '127.0.0.1', '--port', String(this.port), '--headless', '--db-filename', database];
    const launched = spawn(this.command, ['server', 'start-dev', ...where, '--log-level', 'never'], {
      stdio: 'ignore',
    });
    this.#process = launched;
    while (launched.exitCode === null && launched.signalCode === null) {
      try {
        const connection = await NativeConnection.connect({ address: this.address });
        await connection.workflowService.describeNamespace({ namespace: 'default' });
        await connection.close();
        return true;
      } catch {
        await new Promise((resume) => setTimeout(resume, 50));
      }
    }
    return false;
  }

  async kill(): Promise<void> {
    if (this.#process?.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true });
  }
}
