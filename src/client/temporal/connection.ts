/**
 * The address of Temporal from the standard environment configuration, and connections that detect an unreachable
 * server.
 */
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { ConfigError } from '../../config/problem.js';
import { endAfterClose } from './closed-calls.js';

export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  /** False when neither the environment nor a profile names a server: `escapement up` then starts its own. */
  readonly isConfigured: boolean;
  /** TLS, API key, headers: secrets that must not be logged. */
  readonly options: Readonly<Omit<NativeConnectionOptions, 'address'>>;
}

const defaultAddress = '127.0.0.1:7233';
/** Four attempts take about a second; Temporal's default of ten takes twenty seconds. */
const attemptsOfOneCall = 4;
/**
 * No proxy, as on the worker's own connection, which does not support one. Even a server on this machine would
 * otherwise be contacted through the proxy.
 */
const directly = { 'grpc.enable_http_proxy': 0 };
const reconnect = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1000 };

/**
 * Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS and so on; they override the profile
 * TEMPORAL_PROFILE of TEMPORAL_CONFIG_FILE. These are the settings of the `temporal` command and of every Temporal SDK.
 * @throws ConfigError
 */
export function readTemporalSettings(env: NodeJS.ProcessEnv): TemporalSettings {
  const { connectionOptions, namespace } = loadProfile(env);
  const { address, ...options } = connectionOptions;
  return {
    address: address ?? defaultAddress,
    namespace: namespace ?? 'default',
    isConfigured: address !== undefined,
    options,
  };
}

/** For clients: connects on first use. A call fails within about a second while the server is down. */
export function connectClient({ address, options }: TemporalSettings): Connection {
  return Connection.lazy({
    ...options,
    address,
    interceptors: [
      makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: attemptsOfOneCall })),
      endAfterClose,
    ],
    channelArgs: { ...directly, ...reconnect },
  });
}

function loadProfile(env: NodeJS.ProcessEnv): ReturnType<typeof loadClientConnectConfig> {
  const given = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  try {
    return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(given) });
  } catch (error) {
    const fix = 'correct TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE or the TEMPORAL_TLS_* variables';
    const problem = `the connection settings cannot be read (${firstLineOf(error)})`;
    throw new ConfigError([{ path: 'TEMPORAL_*', problem, fix }]);
  }
}

/** The first line only: a TOML parser quotes the file on the lines after it, which may contain a key. */
export function firstLineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
