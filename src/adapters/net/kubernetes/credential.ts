/**
 * The credential plugins of a kubeconfig (EKS, GKE, AKS and others). A plugin is a program that prints a token and the
 * time at which the token expires.
 */
import { execFile, type ExecFileException } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { AdapterError } from '../errors.js';

export const execSchema = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

type Exec = z.output<typeof execSchema>;

interface Credential {
  readonly token: string;
  readonly expiresAtMs: number;
}

/** A new token is requested this long before the current token expires. */
const renewalLeadMs = 60_000;
/** A token without an expiration time is used for this time, because it may be revoked at any time. */
const unboundedTokenMs = 600_000;
const pluginTimeoutMs = 30_000;

/**
 * Returns the current token. A new token is requested shortly before the current token expires. Concurrent calls wait
 * for the same run of the plugin.
 * @param folder the folder of the kubeconfig.
 */
export function execCredential(exec: Exec, folder: string): () => Promise<string> {
  let newest: Promise<Credential> | undefined;
  return async () => {
    const before = newest;
    // A run that failed is retried.
    const known = await before?.catch(() => undefined);
    if (known && Date.now() < known.expiresAtMs - renewalLeadMs) return known.token;
    if (newest === undefined || newest === before) newest = run(exec, folder);
    return (await newest).token;
  };
}

const credentialSchema = z.object({
  status: z.object({ token: z.string(), expirationTimestamp: z.iso.datetime({ offset: true }).nullish() }),
});

async function run({ apiVersion, command, args, env }: Exec, folder: string): Promise<Credential> {
  const environment = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const path = command.includes('/') ? resolve(folder, command) : command;
  const { stdout } = await promisify(execFile)(path, args ?? [], {
    env: { ...process.env, ...environment, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    timeout: pluginTimeoutMs,
  }).catch((error: unknown) => {
    throw failed(command, reasonOf(error as ExecFileException));
  });
  const parsed = credentialSchema.safeParse(parsedOrUndefined(stdout));
  if (!parsed.success)
    throw failed(command, 'it returned no token. Plugins that return a certificate are not supported');
  const { token, expirationTimestamp } = parsed.data.status;
  const expiresAtMs =
    expirationTimestamp == null ? Date.now() + renewalLeadMs + unboundedTokenMs : Date.parse(expirationTimestamp);
  return { token, expiresAtMs };
}

/** The reason never contains the output of the plugin, because the output may contain a token. */
function reasonOf({ code }: ExecFileException): string {
  if (typeof code === 'string')
    return `it cannot be run (${code}). Install the plugin, or add its folder to the PATH of Escapement`;
  if (typeof code === 'number') return `it exited with code ${code}. Run the plugin in a shell to see its error`;
  return `it did not exit within ${pluginTimeoutMs / 1000} s, or was killed`;
}

function failed(command: string, reason: string): AdapterError {
  return new AdapterError('notSent', `the credential plugin "${command}" failed: ${reason}`);
}

function parsedOrUndefined(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
