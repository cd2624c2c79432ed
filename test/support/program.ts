/** A program as a process group of its own: watched, signalled and killed as a terminal, a deploy or an accident would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.js';

export interface ProgramStart {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly folder?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const longestOutput = 200_000;

export class Program {
  readonly ended: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #killAtExit = () => this.signal('SIGKILL');
  #output = '';

  constructor({ command: [program = '', ...args], env, folder }: ProgramStart) {
    this.#child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
      ...(folder !== undefined && { cwd: folder }),
    });
    const keep = (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-longestOutput));
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    process.once('exit', this.#killAtExit);
    this.ended = this.#end();
  }

  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until it has printed something like this. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    return eventually(
      `${this.#child.spawnargs.join(' ')} prints ${String(pattern)}; it printed:\n${this.#output}`,
      () => {
        const found = pattern.exec(this.#output);
        if (!found && this.hasEnded) throw new Error(`It ended before it printed ${String(pattern)}:\n${this.#output}`);
        return found;
      },
      120_000,
    );
  }

  /** To all processes of the group, as a terminal does. Nothing where all have ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  async #end(): Promise<Exit> {
    const [code, signal] = (await once(this.#child, 'close')) as [Exit['code'], Exit['signal']];
    process.off('exit', this.#killAtExit);
    return { code, signal };
  }
}
