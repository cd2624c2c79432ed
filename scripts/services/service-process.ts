/** A real server as a child process of its own group: started on a port that the system gave, made to hang, killed, brought back. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface Command {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** Rejects, or resolves to false, until the server can be used. */
  isReady(): Promise<boolean>;
}

const readyWithinMs = 60_000;

export class ServiceProcess {
  #child: ChildProcess | undefined;
  #output = '';
  readonly #killAtExit = () => this.#signal('SIGKILL');

  constructor(private readonly settings: Command) {}

  /** While it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const { name, command, args, env, folder } = this.settings;
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(folder !== undefined && { cwd: folder }),
    });
    this.#child = child;
    this.#output = '';
    const keep = (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-4_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', keep);
    child.on('exit', (code, signal) => {
      // Its tests then fail in many ways, and none of them says why.
      if (this.#child === child) console.error(`${name} ended with ${code ?? signal ?? ''}:\n${this.#output}`);
    });
    process.once('exit', this.#killAtExit);
    const givenUpAtMs = Date.now() + readyWithinMs;
    while (!(await this.settings.isReady().catch(() => false))) {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${this.#output}`);
      if (Date.now() > givenUpAtMs) {
        await this.stop();
        throw new Error(`${name} was not ready within ${readyWithinMs} ms:\n${this.#output}`);
      }
      await setTimeout(50);
    }
    // Another server may have answered in its place.
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${this.#output}`);
  }

  /** Kills it, as a power cut would. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    process.off('exit', this.#killAtExit);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    kill(child, 'SIGKILL');
    await ended;
  }

  /** Started for this work, and killed after it. */
  async during(work: () => Promise<void>): Promise<void> {
    await this.start();
    try {
      await work();
    } finally {
      await this.stop();
    }
  }

  /** Connections are still accepted, by the system, and nothing is answered. */
  async pause(): Promise<void> {
    this.#signal('SIGSTOP');
    const group = this.#child?.pid;
    // On a busy machine its threads go on until one of them is given the time to see the signal.
    while (group !== undefined && !(await isStopped(group))) await setTimeout(5);
  }

  async resume(): Promise<void> {
    this.#signal('SIGCONT');
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child !== undefined) kill(this.#child, signal);
  }
}

/** The whole group: some servers are started by a script that stays their parent. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether every thread of every process of a group has stopped. */
async function isStopped(group: number): Promise<boolean> {
  const stats = async (folder: string): Promise<string[][]> => {
    const ids = (await readdir(folder).catch(() => [])).filter((name) => /^\d+$/.test(name));
    const texts = await Promise.all(ids.map((id) => readFile(join(folder, id, 'stat'), 'utf8').catch(() => '')));
    // `id (name) state parent group ...`, and a name may have spaces and brackets in it.
    return texts.map((text, at) => [ids[at] ?? '', ...text.slice(text.lastIndexOf(')') + 2).split(' ')]);
  };
  const members = (await stats('/proc')).filter(([, , , memberOf]) => memberOf === String(group));
  const threads = await Promise.all(members.map(([id = '']) => stats(join('/proc', id, 'task'))));
  return threads.flat().every(([, state = '']) => 'TZX'.includes(state));
}
