/** Runs one program, without a shell, in a process group of its own and with a deadline. */
import { spawn, type ChildProcess } from 'node:child_process';
import { describeError } from '../../net/connection-errors.js';
import { Deadline } from '../../net/deadline.js';

export interface Command {
  /** The absolute path of the program, and its arguments. */
  readonly words: readonly [string, ...string[]];
  /** The whole environment of the program. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Whether the standard output is read. What is not read is discarded, and so is the standard error. */
  readonly output: 'read' | 'discarded';
}

export type CommandEnd =
  /** The program was not executed. */
  | { readonly kind: 'notStarted'; readonly reason: string }
  /** The program exited by itself. */
  | { readonly kind: 'exited'; readonly code: number; readonly output: string }
  /** A signal ended the program, or it was killed with its process group. It may have acted before. */
  | { readonly kind: 'killed'; readonly cause: 'signal' | 'timeout' | 'stopped' | 'tooMuchOutput' };

/** A size is a few characters. Reading stops at this limit. */
export const mostOutputBytes = 64 * 1024;

/** Never throws. Starts at most one process. */
export async function runCommand(command: Command, signal: AbortSignal): Promise<CommandEnd> {
  if (signal.aborted) return { kind: 'notStarted', reason: 'stopped before it was started' };
  const deadline = new Deadline(command.timeoutMs, signal);
  try {
    return await endOf(start(command), deadline, signal);
  } catch (error) {
    // Thrown by the start, for example because the arguments are too long for the system.
    return { kind: 'notStarted', reason: describeError(error) };
  } finally {
    deadline.clear();
  }
}

function start({ words: [program, ...args], environment, output }: Command): ChildProcess {
  return spawn(program, args, {
    cwd: '/',
    env: environment,
    // A group of its own, so that the processes that the program starts are killed with it.
    detached: true,
    shell: false,
    stdio: ['ignore', output === 'read' ? 'pipe' : 'ignore', 'ignore'],
  });
}

function endOf(child: ChildProcess, deadline: Deadline, caller: AbortSignal): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const kill = (cause: 'timeout' | 'stopped' | 'tooMuchOutput') => {
      killGroup(child);
      child.stdout?.destroy();
      resolve({ kind: 'killed', cause });
    };
    deadline.signal.addEventListener('abort', () => kill(caller.aborted ? 'stopped' : 'timeout'), { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostOutputBytes) kill('tooMuchOutput');
      else chunks.push(chunk);
    });
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ kind: 'notStarted', reason: describeError(error) });
    });
    child.on('close', (code) => {
      const output = Buffer.concat(chunks).toString('utf8');
      resolve(code === null ? { kind: 'killed', cause: 'signal' } : { kind: 'exited', code, output });
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended, or it runs as another user. The outcome is unknown in both cases.
  }
}
