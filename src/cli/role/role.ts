/** What all long-running commands share: configuration, log, ordered shutdown, and errors for people. */
import { join } from 'node:path';
import type { LoadedConfig } from '../../config/config.js';
import { ConfigError, formatProblem, type ConfigProblem } from '../../config/problem.js';
import { loadConfig } from '../../config/load.js';
import { type ServerSettings, readServerSettings } from '../../config/environment/process.js';
import { readTracingSettings } from '../../config/environment/tracing.js';
import { Metrics } from '../../metrics/metrics.js';
import { type Logger, createLogger } from '../../process/logger.js';
import { installShutdown, type Shutdown } from '../../process/shutdown.js';
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

/** Runs until a signal arrives, or until `start` fails: everything that it has started is then stopped again. */
export async function runRole(
  start: (role: Role) => Promise<void>,
  { deadlineMs }: { deadlineMs: number },
): Promise<void> {
  const role = await prepare(deadlineMs);
  try {
    await start(role);
  } catch (error) {
    if (role.shutdown.stopping.aborted) return;
    console.error(explain(error));
    role.shutdown.begin('Start failed', exitCodeOf(error));
  }
}

export const nothingConfigured: ConfigProblem = {
  path: '',
  problem: 'no resource is configured',
  fix: 'write an escapement.yaml, or set AUTOSCALER_TARGET_RESOURCE',
};

/**
 * Only `up` runs the demo: another role would take tasks from the other users of the same Temporal server. @throws
 * ConfigError
 */
export function refuseDemo({ config }: Role): void {
  if (config.source === 'demo') throw new ConfigError([nothingConfigured]);
}

/** @throws ConfigError */
async function prepare(deadlineMs: number): Promise<Role> {
  const { env } = process;
  const given = readServerSettings(env);
  const temporal = readTemporalSettings(env);
  const traced = readTracingSettings(env);
  const config = await loadConfig(env, process.cwd());
  // A separate directory keeps real runs out of the demo.
  const settings = config.source === 'demo' ? { ...given, dataDir: join(given.dataDir, 'demo') } : given;
  // Loaded only where they are needed: OpenTelemetry costs memory and a part of the start.
  const log = createLogger(settings.logLevel, traced && (await import('../../tracing/log-fields.js')).activeIds);
  for (const warning of config.warnings) log.warn(formatProblem(warning));
  const live = new LiveConfig(config, () => loadConfig(env, process.cwd()), log);
  // Closing a terminal sends the same signal: on a terminal it therefore ends the process.
  const isReloadedOnHangup = config.source === 'file' && !process.stdout.isTTY;
  if (isReloadedOnHangup) process.on('SIGHUP', () => void live.reload());
  const ending = isReloadedOnHangup ? { signals: ['SIGINT', 'SIGTERM'] as const } : {};
  const shutdown = installShutdown({ log, deadlineMs, process, ...ending });
  const tracing = traced && (await import('../../tracing/start.js')).startTracing(traced, log);
  // Registered first, so stopped last: everything else may still end spans.
  if (tracing) shutdown.onStop('the traces', () => tracing.stop());
  return { env, settings, config, live, temporal, log, metrics: new Metrics(), shutdown, tracing };
}
