/** Where Temporal is, from the standard environment configuration, and connections that notice when it is not there. */
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { ConfigError, problemFrom } from '../../config/problem.js';

export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  /** False where neither the environment nor a profile names a server: then it is ours to start. */
  readonly isConfigured: boolean;
  /** TLS, API key, headers: secrets, not to be logged. */
  readonly options: Readonly<Omit<NativeConnectionOptions, 'address'>>;
}

const defaultAddress = '127.0.0.1:7233';
/** Four attempts take about a second; Temporal's own ten take twenty. */
const attemptsOfOneCall = 4;
/** As the worker's own connection, which knows no proxy; a server on this machine would be looked for behind one, too. */
const directly = { 'grpc.enable_http_proxy': 0 };
const reconnect = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1000 };

/**
 * Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS and so on, over the profile TEMPORAL_PROFILE
 * of TEMPORAL_CONFIG_FILE: the same as the `temporal` command and every Temporal SDK.
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

/** For clients: connects when first used. A call answers within about a second while the server is down. */
export function connectClient({ address, options }: TemporalSettings): Connection {
  return Connection.lazy({
    ...options,
    address,
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: attemptsOfOneCall }))],
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
    throw new ConfigError([
      problemFrom(`the connection settings cannot be read (${firstLineOf(error)}); ${fix}`, { path: 'TEMPORAL_*' }),
    ]);
  }
}

/** The first line: a TOML parser quotes the file after it, and there may be a key on that line. */
export function firstLineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
