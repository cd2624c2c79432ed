/** What all long-running commands share: configuration, log, ordered shutdown, and errors for people. */
import { join } from 'node:path';
import type { LoadedConfig } from '../../config/config.js';
import { ConfigError, formatProblem, nothingConfigured } from '../../config/problem.js';
import { loadConfig } from '../../config/load.js';
import { type ServerSettings, readServerSettings } from '../../config/environment/process.js';
import { readTracingSettings } from '../../config/environment/tracing.js';
import { Metrics } from '../../metrics/metrics.js';
import { type Logger, type Output, createLogger } from '../../process/logger.js';
import { type EndedProcess, installShutdown, type Shutdown } from '../../process/shutdown.js';
import { readTemporalSettings, type TemporalSettings } from '../../client/temporal/connection.js';
import type { Tracing } from '../../tracing/tracing.js';
import { exitCodeOf, explain } from '../terminal.js';
import { LiveConfig } from './live-config.js';

export interface Role {
  readonly env: NodeJS.ProcessEnv;
  readonly settings: ServerSettings;
  readonly config: LoadedConfig;
  /** The configuration after reloads. */
  readonly live: LiveConfig;
  readonly temporal: TemporalSettings;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly shutdown: Shutdown;
  /** Undefined when this process exports no traces. */
  readonly tracing: Tracing | undefined;
}

export interface RoleSettings {
  /** How long the ordered shutdown may take. */
  readonly deadlineMs: number;
  /** Default: standard output. */
  readonly logTo?: Output;
  /** The exit code after a signal; default: 0. */
  readonly signalExitCode?: number;
}

/** Runs until a signal arrives, or until `start` fails: everything that it has started is then stopped again. */
export async function runRole(start: (role: Role) => Promise<void>, settings: RoleSettings): Promise<void> {
  const role = await prepareRole({ ...settings, process, exportsTraces: true });
  try {
    await start(role);
  } catch (error) {
    if (role.shutdown.stopping.aborted) return;
    console.error(explain(error));
    role.shutdown.begin('Start failed', exitCodeOf(error));
  }
}

/** For the help of the commands that run until they are ended. */
export const howARoleEnds = `Runs until SIGINT or SIGTERM, and prints its log, so there is no --json.

Exit code 0: ended by a signal; 1: failed, for example because a port is in use; 2: the configuration is invalid.`;

/**
 * Only `up` runs the demo: another role would take tasks from the other users of the same Temporal server. @throws
 * ConfigError
 */
export function refuseDemo({ config }: Pick<Role, 'config'>): void {
  if (config.source === 'demo') throw new ConfigError([nothingConfigured]);
}

interface Preparation extends RoleSettings {
  readonly process: EndedProcess;
  /** False where the process may prepare several roles, one after the other: OpenTelemetry starts once in a process. */
  readonly exportsTraces: boolean;
}

/** @throws ConfigError */
export async function prepareRole(preparation: Preparation): Promise<Role> {
  const { deadlineMs, logTo, signalExitCode, exportsTraces } = preparation;
  const { env } = process;
  const given = readServerSettings(env);
  const temporal = readTemporalSettings(env);
  const traced = exportsTraces ? readTracingSettings(env) : undefined;
  const config = await loadConfig(env, process.cwd());
  // A separate directory keeps real runs out of the demo.
  const settings = config.source === 'demo' ? { ...given, dataDir: join(given.dataDir, 'demo') } : given;
  // Loaded only where they are needed: OpenTelemetry costs memory and a part of the start.
  const log = createLogger(settings.logLevel, traced && (await import('../../tracing/log-fields.js')).activeIds, logTo);
  for (const warning of config.warnings) log.warn(formatProblem(warning));
  const live = new LiveConfig(config, () => loadConfig(env, process.cwd()), log);
  // Closing a terminal sends the same signal: on a terminal it therefore ends the process.
  const isReloadedOnHangup = config.source === 'file' && !process.stdout.isTTY;
  if (isReloadedOnHangup) preparation.process.on('SIGHUP', () => void live.reload());
  const ending = isReloadedOnHangup ? { signals: ['SIGINT', 'SIGTERM'] as const } : {};
  const shutdown = installShutdown({ log, deadlineMs, process: preparation.process, signalExitCode, ...ending });
  const tracing = traced && (await import('../../tracing/start.js')).startTracing(traced, log);
  // Registered first, so stopped last: everything else may still end spans.
  if (tracing) shutdown.onStop('the traces', () => tracing.stop());
  return { env, settings, config, live, temporal, log, metrics: new Metrics(), shutdown, tracing };
}
