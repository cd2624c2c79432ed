/** Ports are checked before anything starts, so that a taken one is named instead of failing half way up. */
import { createServer } from 'node:net';
import { portHolder } from './port-holder.js';

export interface PortNeed {
  /** What listens there: "API". */
  readonly use: string;
  readonly host: string;
  /** 0 where any free one will do. */
  readonly port: number;
  /** The environment variable that moves it. */
  readonly setting: string;
}

export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/** @throws PortTakenError naming every port that cannot be had, what holds it, and the setting that moves it. */
export async function checkPorts(needs: readonly PortNeed[]): Promise<void> {
  const problems = claimedTwice(needs);
  // One after the other: two settings that want the same port would otherwise look like another process.
  for (const need of needs) {
    const problem = await obstacle(need);
    if (problem) problems.push(problem);
  }
  if (problems.length > 0) throw new PortTakenError(problems.join('\n'));
}

function claimedTwice(needs: readonly PortNeed[]): string[] {
  return needs.flatMap(({ use, port, setting }, index) => {
    const other = needs.slice(0, index).find((earlier) => port !== 0 && earlier.port === port);
    return other
      ? [`Port ${port} is wanted twice: ${other.setting} (${other.use}) and ${setting} (${use}). Change one.`]
      : [];
  });
}

async function obstacle({ use, host, port, setting }: PortNeed): Promise<string | null> {
  const code = await listenOnce(host, port);
  switch (code) {
    case null:
      return null;
    case 'EADDRINUSE':
      return `Port ${port} (${use}) is taken by ${await portHolder(port)}. Stop that, or set ${setting} to a free port.`;
    case 'EACCES':
      return `Port ${port} (${use}) needs privileges that this process does not have. Set ${setting} to a port above 1023.`;
    default:
      return `Cannot listen on ${host}:${port} (${use}): ${code}. Check ${setting} and the address.`;
  }
}

/** The error code of trying to listen, or null where it works. */
async function listenOnce(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });
}
