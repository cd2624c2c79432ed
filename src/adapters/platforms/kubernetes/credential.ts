/** The credential plugins of a kubeconfig (EKS, GKE, AKS and others): a program that prints a token, and how long it lasts. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { Trouble } from '../trouble.js';

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
    timeout: 30_000,
  }).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? 'killed';
    throw new Trouble('notSent', `the credential plugin "${command}" failed (${code})`);
  });
  const parsed = credentialSchema.safeParse(parsedOrNothing(stdout));
  if (!parsed.success) throw new Trouble('notSent', `the credential plugin "${command}" gave no token`);
  const { token, expirationTimestamp: end } = parsed.data.status;
  return { token, expiresAtMs: end == null ? Date.now() + earlierMs + unboundedTokenMs : Date.parse(end) };
}

function parsedOrNothing(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
