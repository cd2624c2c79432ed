/**
 * The settings of this process: where it listens, how it logs and where it keeps its data. The configuration contains
 * everything about resources.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { normalize } from 'node:path';
import { z } from 'zod';
import { withFix } from '../../domain/written/issue.js';
import { ConfigError } from '../problem.js';
import { parseEnvironment, port, trueOrFalse, word } from './variables.js';
import type { Environment } from '../file/placeholders.js';
import { ownerSchema } from '../schema/resource.js';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Names of log levels in Python, syslog and Java. */
const logLevel = word(logLevels, {
  verbose: 'trace',
  information: 'info',
  notice: 'info',
  warning: 'warn',
  err: 'error',
  critical: 'fatal',
  off: 'silent',
  none: 'silent',
});

const address = z.string().refine((text) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text), {
  error: withFix('is not an address', 'write an IP address or a host name without a port, such as 0.0.0.0'),
});

/**
 * Each name is validated separately. A name with a port is an error, because such a name would never match a request.
 */
const hostNames = z
  .string()
  .transform((text) => text.split(',').flatMap((name) => name.trim() || []))
  .refine((names) => names.every((name) => /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/i.test(name)), {
    error: withFix(
      'is not a list of host names',
      'write names without scheme and port, such as scale.example.com,escapement',
    ),
  });

/** A path that is not in its shortest form would never equal the path in a configuration. */
const programs = z
  .string()
  .transform((text) => text.split(':').filter((path) => path !== ''))
  .refine((paths) => paths.every((path) => path.startsWith('/') && path !== '/' && normalize(path) === path), {
    error: withFix(
      'is not a list of programs',
      'write absolute paths without . and .., separated by colons, such as /opt/pool/size:/opt/pool/set',
    ),
  });

export const serverVariables = z.object({
  PORT: port.prefault('3000').describe('Port of the API and the console. 0 picks a free port.'),
  ESCAPEMENT_WORKER_PORT: port
    .prefault('3001')
    .describe('Port of the health and metrics endpoints of `escapement worker`. 0 picks a free port.'),
  ESCAPEMENT_LISTEN: address
    .default('127.0.0.1')
    .describe(
      'Address to listen on. An address other than loopback requires `ESCAPEMENT_API_TOKEN` or `ESCAPEMENT_ALLOW_UNAUTHENTICATED`.',
    ),
  ESCAPEMENT_ALLOWED_HOSTS: hostNames
    .optional()
    .describe(
      'Host names, separated by commas, that the API accepts without a token, besides IP addresses and localhost.',
    ),
  ESCAPEMENT_API_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, {
      error: withFix(
        'contains characters that an HTTP header cannot contain',
        'write visible ASCII characters without spaces',
      ),
    })
    .optional()
    .describe('Token that callers of the API must send as `Authorization: Bearer`. If empty, no token is required.'),
  ESCAPEMENT_ALLOW_UNAUTHENTICATED: trueOrFalse
    .prefault('false')
    .describe('Listen on other addresses than loopback without a token: anyone who can reach the port can scale.'),
  ESCAPEMENT_ALLOW_EXEC: programs
    .optional()
    .describe(
      'Absolute paths of the programs, separated by colons, that this process may run for the platform `exec`. If empty: none.',
    ),
  LOG_LEVEL: logLevel
    .prefault('info')
    .describe(`One of ${logLevels.join(', ')}; WARNING and CRITICAL mean warn and fatal.`),
  ESCAPEMENT_OWNER: ownerSchema
    .optional()
    .describe('Owner of the autoscalers, if the configuration does not set `owner:`. If empty: `default`.'),
  ESCAPEMENT_DATA_DIR: z.string().default('.escapement').describe('Data directory of the embedded Temporal server.'),
  ESCAPEMENT_TEMPORAL_PORT: port.prefault('7233').describe('Port of the embedded Temporal server.'),
  ESCAPEMENT_TEMPORAL_UI_PORT: port.prefault('8233').describe('Port of the Web UI of the embedded Temporal server.'),
  ESCAPEMENT_SIMULATOR_PORT: port.prefault('49750').describe('Port of the simulated sidecar in the demo.'),
});

export interface ServerSettings {
  readonly port: number;
  /**
   * The port of the health endpoint of `escapement worker`. It differs from the port of the API, because both may run
   * on the same machine.
   */
  readonly workerPort: number;
  readonly listen: string;
  /** The host names under which the API answers requests without a token. */
  readonly allowedHosts: readonly string[];
  readonly apiToken: string | undefined;
  readonly logLevel: (typeof logLevels)[number];
  readonly dataDir: string;
  readonly temporalPort: number;
  readonly temporalUiPort: number;
  readonly simulatorPort: number;
}

/** @throws ConfigError naming every invalid variable. */
export function readServerSettings(environment: Environment): ServerSettings {
  const variables = parseEnvironment(serverVariables, environment);
  const listen = variables.ESCAPEMENT_LISTEN;
  const apiToken = variables.ESCAPEMENT_API_TOKEN;
  if (apiToken === undefined && !variables.ESCAPEMENT_ALLOW_UNAUTHENTICATED && !isLoopback(listen)) {
    const fix =
      'set ESCAPEMENT_API_TOKEN, or set ESCAPEMENT_ALLOW_UNAUTHENTICATED=true if anyone who can reach the port may scale';
    throw new ConfigError([{ path: 'ESCAPEMENT_LISTEN', problem: `${listen} is reachable from other machines`, fix }]);
  }
  return {
    port: variables.PORT,
    workerPort: variables.ESCAPEMENT_WORKER_PORT,
    listen,
    allowedHosts: [...(isIP(listen) === 0 ? [listen] : []), ...(variables.ESCAPEMENT_ALLOWED_HOSTS ?? [])],
    apiToken,
    logLevel: variables.LOG_LEVEL,
    dataDir: variables.ESCAPEMENT_DATA_DIR,
    temporalPort: variables.ESCAPEMENT_TEMPORAL_PORT,
    temporalUiPort: variables.ESCAPEMENT_TEMPORAL_UI_PORT,
    simulatorPort: variables.ESCAPEMENT_SIMULATOR_PORT,
  };
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * The programs that the platform `exec` may run. Only the environment of the process names them, so that nobody gains
 * the execution of a program by changing a configuration.
 * @throws ConfigError
 */
export function readAllowedPrograms(environment: Environment): readonly string[] {
  return parseEnvironment(allowExec, environment).ESCAPEMENT_ALLOW_EXEC ?? [];
}

const allowExec = serverVariables.pick({ ESCAPEMENT_ALLOW_EXEC: true });

function isLoopback(listen: string): boolean {
  if (isIP(listen) === 0) return listen.toLowerCase() === 'localhost';
  return loopback.check(listen, isIPv6(listen) ? 'ipv6' : 'ipv4');
}
