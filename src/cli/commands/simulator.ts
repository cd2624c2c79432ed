/** `escapement simulator`: the simulated sidecar as a separate program. */
import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import { duration } from '../../domain/written/duration.js';
import { problemOf } from '../../domain/written/issue.js';
import { problemText } from '../../domain/written/problem.js';
import type { LoggedCall } from '../../simulator/call-log.js';
import { helpText } from '../../simulator/help-text.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { wholeNumber } from '../arguments.js';
import { prose } from '../terminal.js';

interface Options {
  readonly port: number;
  readonly listen: string;
  readonly resource?: readonly ResourceOption[];
  readonly capacity: number;
  readonly startTime: number;
  readonly readLag: number;
  readonly quiet?: true;
}

interface ResourceOption {
  readonly alias: string;
  readonly capacity?: number;
}

/** Runs until SIGINT or SIGTERM. */
export function simulatorCommand(): Command {
  return new Command('simulator')
    .summary('run a simulated Omnistrate sidecar')
    .description(
      prose(`
Runs a simulated Omnistrate sidecar: the same HTTP API, simulated resources, and faults on demand. It runs until SIGINT or
SIGTERM and prints each call, so there is no --json.

Exit code 0: ended by a signal; 1: failed, for example because the port is in use.`),
    )
    .option('--port <number>', 'port; 0 picks a free port', wholeNumber, 49750)
    .option('--listen <address>', 'address to listen on', '127.0.0.1')
    .option('--resource <alias[=capacity]>', 'a resource; may be repeated (default: worker)', collectResource)
    .option('--capacity <units>', 'initial capacity of resources that name none', wholeNumber, 1)
    .addOption(
      new Option('--start-time <duration>', 'how long a change takes to take effect; STARTING meanwhile')
        .argParser(durationMs)
        .default(3000, '3s'),
    )
    .addOption(
      new Option('--read-lag <duration>', 'the age of the state that reads show')
        .argParser(durationMs)
        .default(0, '0s'),
    )
    .option('--quiet', 'do not print every call')
    .addHelpText('after', helpText)
    .action(run);
}

async function run(options: Options, command: Command): Promise<void> {
  const { port, listen, resource: chosen = [{ alias: 'worker' }], capacity, startTime, readLag, quiet } = options;
  const simulator = await startSimulator({
    port,
    listen,
    resources: Object.fromEntries(chosen.map((resource) => [resource.alias, resource.capacity ?? capacity])),
    startTimeMs: startTime,
    readLagMs: readLag,
    ...(!quiet && { onAnswer: (call) => console.log(describeCall(call)) }),
  }).catch((error: unknown) => command.error(`error: ${whyNotStarted(error, port, listen)}`));
  console.log(greeting(simulator));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
}

function greeting({ url, resources }: Simulator): string {
  const [first = 'worker'] = resources.keys();
  return [
    `Simulated sidecar at ${url} with ${[...resources.keys()].join(', ')}. Nothing here is real.`,
    `  curl ${url}/resource/${first}/capacity`,
    `  curl ${url}/truth`,
  ].join('\n');
}

/** `12:00:01.250 POST /resource/worker/capacity/add {"capacityToBeAdded":1} -> 200 [slow]`. */
function describeCall({ atMs, method, path, body, answered, fault }: LoggedCall): string {
  const request = [method, path, body.slice(0, 200)].filter((part) => part !== '').join(' ');
  return `${new Date(atMs).toISOString().slice(11, 23)} ${request} -> ${answered}${fault ? ` [${fault}]` : ''}`;
}

function whyNotStarted(error: unknown, port: number, listen: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return `port ${port} of ${listen} is already in use; choose another port with --port, or 0 for a free port`;
  if (code === 'EACCES') return `this user may not open port ${port}; choose a port above 1023 with --port`;
  return `cannot listen on ${listen}:${port}: ${String(error)}`;
}

function durationMs(text: string): number {
  const parsed = duration.safeParse(text);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidArgumentError(`It ${issue === undefined ? 'is not a duration' : problemText(problemOf(issue))}.`);
}

function collectResource(text: string, before: readonly ResourceOption[] = []): ResourceOption[] {
  const [, alias, capacity] = /^([^=]+)(?:=(.*))?$/.exec(text) ?? [];
  if (alias === undefined)
    throw new InvalidArgumentError('Write an alias, or an alias and a capacity, for example worker or worker=3.');
  return [...before, { alias, ...(capacity !== undefined && { capacity: wholeNumber(capacity) }) }];
}
