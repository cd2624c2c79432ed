/** `escapement doctor`: checks from this machine whether everything that the configuration names answers. */
import { Command } from 'commander';
import { ConfigError, formatProblem, nothingConfigured } from '../../config/problem.js';
import { loadConfig } from '../../config/load.js';
import { examine } from '../../doctor/examine.js';
import type { CheckResult } from '../../doctor/check-result.js';
import { readTemporalSettings } from '../../client/temporal/connection.js';
import { columns, exitCodes, prose } from '../terminal.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('check every platform, every signal and Temporal, and say what to fix')
    .description(
      prose(`
Reads everything that the configuration names once, in parallel: the capacity of every resource, the value of every
signal, the namespace of Temporal. It connects to every receiver of events and sends no event. It changes nothing. Run it where a worker runs, with the same environment: secrets
(\${NAME}, \${file:/path}) and the network are those of this machine.

validate checks what is written, without the network and without secrets; doctor tries it. A signal that currently has no
data is reported too: an evaluation would not scale in on it.

Exit code 0: everything answers; 1: something does not, and its line says what to do; 2: the configuration is invalid,
or one of its secrets is missing on this machine. The valid parts are checked in every case.`),
    )
    .option(
      '--json',
      'print the results as JSON: { isHealthy, findings: [{ part, resource, signal, receiver, type, outcome, message }] }',
    )
    .action(doctor);
}

async function doctor({ json }: { json?: true }): Promise<void> {
  const { env } = process;
  const config = await loadConfig(env, process.cwd());
  if (config.source === 'demo') throw new ConfigError([nothingConfigured]);
  for (const warning of config.warnings) console.error(`warning: ${formatProblem(warning)}`);
  const { resources, events = {} } = config;
  const results = await examine({ resources, events, temporal: readTemporalSettings(env), env });
  const isHealthy = results.every(({ outcome }) => outcome === 'ok');
  console.log(json ? JSON.stringify({ isHealthy, findings: results }) : table(results));
  if (!isHealthy) process.exitCode = exitCodeFor(results);
}

function exitCodeFor(results: readonly CheckResult[]): number {
  const isMisconfigured = results.some(({ outcome }) => outcome === 'misconfigured');
  return isMisconfigured ? exitCodes.badConfiguration : exitCodes.failed;
}

const marks = { ok: 'ok', failing: 'FAILS', misconfigured: 'INVALID' } satisfies Record<CheckResult['outcome'], string>;

function table(results: readonly CheckResult[]): string {
  const rows = results.map((result) => [
    marks[result.outcome],
    nameOf(result),
    result.type,
    result.message.replaceAll('\n', ' '),
  ]);
  const failed = results.filter(({ outcome }) => outcome !== 'ok').length;
  return [
    ...columns(rows),
    failed === 0 ? 'Everything answers.' : `${failed} of ${results.length} checks failed.`,
  ].join('\n');
}

function nameOf({ part, resource, signal, receiver }: CheckResult): string {
  if (receiver !== undefined) return `events.${receiver}`;
  return resource === undefined ? part : [resource, signal].filter((name) => name !== undefined).join('.');
}
