/** Which Temporal server a program uses that gives the address in its code. */
export interface TemporalOptions {
  /** Default: `TEMPORAL_ADDRESS`, else the profile, else `127.0.0.1:7233`. */
  readonly address?: string | undefined;
  /** Default: `TEMPORAL_NAMESPACE`, else the profile, else `default`. */
  readonly namespace?: string | undefined;
  /** Default: `TEMPORAL_API_KEY`, else the profile. */
  readonly apiKey?: string | undefined;
  /** A profile of `TEMPORAL_CONFIG_FILE`. Default: `TEMPORAL_PROFILE`. */
  readonly profile?: string | undefined;
}

/** The environment with these options in place of its variables. TLS stays as the environment or the profile sets it. */
export function withTemporalOptions(
  env: NodeJS.ProcessEnv,
  { address, namespace, apiKey, profile }: TemporalOptions,
): NodeJS.ProcessEnv {
  return {
    ...env,
    ...(address !== undefined && { TEMPORAL_ADDRESS: address }),
    ...(namespace !== undefined && { TEMPORAL_NAMESPACE: namespace }),
    ...(apiKey !== undefined && { TEMPORAL_API_KEY: apiKey }),
    ...(profile !== undefined && { TEMPORAL_PROFILE: profile }),
  };
}
