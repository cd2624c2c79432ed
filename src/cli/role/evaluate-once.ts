/** `escapement evaluate --once`: one evaluation, and what its exit code says. */
import { readFile } from 'node:fs/promises';
import { variablesOfEvent } from '../../config/environment/event-payload.js';
import { ConfigError, fileErrorCode } from '../../config/problem.js';
import type { OnceOutcome } from '../../client/autoscale/evaluate-once.js';
import { type OutputOptions, print } from '../remote/output.js';
import { exitCodes } from '../terminal.js';
import { evaluateOnce, inWords } from './once.js';
import { runRole, type Role } from './role.js';

/** A change in flight may take this long to be recorded. What remains continues on the next worker. */
const shutdownGraceMs = 10_000;
const deadlineMs = 18_000;

export interface OnceOptions extends OutputOptions {
  readonly resource?: string;
  readonly event?: string;
  readonly timeoutMs: number;
  readonly detailedExitCode?: true;
}

export async function runEvaluationOnce(options: OnceOptions): Promise<void> {
  if (options.event !== undefined) Object.assign(process.env, await readEvent(options.event));
  await runRole((role) => evaluate(role, options), {
    deadlineMs,
    logTo: process.stderr,
    signalExitCode: exitCodes.failed,
  });
}

/** @throws ConfigError */
async function readEvent(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const problem = `cannot be read (${fileErrorCode(error)})`;
    throw new ConfigError([{ file, path: '', problem, fix: 'check the path and the permissions of the file' }]);
  });
  return variablesOfEvent(text, file, process.env);
}

async function evaluate(role: Role, options: OnceOptions): Promise<void> {
  const { config, shutdown } = role;
  if (options.event !== undefined && config.source === 'file') {
    const problem = `has no effect, because ${config.file ?? ''} is read`;
    throw new ConfigError([{ path: '--event', problem, fix: 'leave out --event, or remove the file' }]);
  }
  const { resource, timeoutMs } = options;
  const answer = await evaluateOnce(role, { resource, timeoutMs, shutdownGraceMs });
  print(answer, options, () => inWords(answer));
  shutdown.begin('The evaluation has ended', exitCodeOf(answer.outcome, options));
}

function exitCodeOf(outcome: OnceOutcome, { detailedExitCode }: OnceOptions): number {
  switch (outcome) {
    case 'changed':
      return 0;
    case 'unchanged':
    case 'waiting':
      return detailedExitCode ? exitCodes.noChange : 0;
    case 'refused':
      return exitCodes.refused;
    case 'failed':
      return exitCodes.failed;
  }
}
