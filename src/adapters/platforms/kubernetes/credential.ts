/** The credential plugins of a kubeconfig (EKS, GKE, AKS and others): a program that prints a token, and how long it lasts. */
import { execFile, type ExecFileException } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';

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

/** A new token is there before the old one has ended. */
const earlierMs = 60_000;
/** Nobody tells the end of such a token, and it may be withdrawn at any time. */
const unboundedTokenMs = 600_000;
const pluginTimeoutMs = 30_000;

/**
 * The token, asked for again shortly before it expires; whoever asks meanwhile waits for the same one.
 * @param folder that of the kubeconfig.
 */
export function execCredential(exec: Exec, folder: string): () => Promise<string> {
  let newest: Promise<Credential> | undefined;
  return async () => {
    const before = newest;
    // One that was not given is asked for again.
    const known = await before?.catch(() => undefined);
    if (known && Date.now() < known.expiresAtMs - earlierMs) return known.token;
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
    throw failed(command, whyOf(error as ExecFileException));
  });
  const parsed = credentialSchema.safeParse(parsedOrNothing(stdout));
  if (!parsed.success)
    throw failed(command, 'it returned no token; plugins that return a certificate are not supported');
  const { token, expirationTimestamp: end } = parsed.data.status;
  return { token, expiresAtMs: end == null ? Date.now() + earlierMs + unboundedTokenMs : Date.parse(end) };
}

/** Without the output of the plugin, which may contain a token. */
function whyOf({ code }: ExecFileException): string {
  if (typeof code === 'string')
    return `it cannot be run (${code}); install it, or add its folder to the PATH of Escapement`;
  if (typeof code === 'number') return `it ended with exit code ${code}; run it in a shell to see why`;
  return `it did not end within ${pluginTimeoutMs / 1000} s, or was killed`;
}

function failed(command: string, why: string): AdapterError {
  return new AdapterError('notSent', `the credential plugin "${command}" failed: ${why}`);
}

function parsedOrNothing(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
