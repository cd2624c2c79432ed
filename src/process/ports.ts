/**
 * Checks the ports before anything starts, so that a port in use is reported by name before half of the process is
 * running.
 */
import { createServer } from 'node:net';

export interface PortNeed {
  /** What listens on the port, for example "API". */
  readonly use: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The environment variable that sets the port. */
  readonly setting: string;
}

export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/**
 * @throws PortTakenError with every port that is not available, and the setting that changes it.
 */
export async function checkPorts(needs: readonly PortNeed[]): Promise<void> {
  const problems = duplicatePorts(needs);
  // Sequential: two settings with the same port would otherwise look like another process.
  for (const need of needs) {
    const problem = await obstacle(need);
    if (problem) problems.push(problem);
  }
  if (problems.length > 0) throw new PortTakenError(problems.join('\n'));
}

function duplicatePorts(needs: readonly PortNeed[]): string[] {
  return needs.flatMap(({ use, port, setting }, index) => {
    const other = needs.slice(0, index).find((earlier) => port !== 0 && earlier.port === port);
    return other
      ? [
          `Port ${port} is configured twice: ${other.setting} (${other.use}) and ${setting} (${use}). Change one of them.`,
        ]
      : [];
  });
}

async function obstacle({ use, host, port, setting }: PortNeed): Promise<string | null> {
  const code = await listenOnce(host, port);
  switch (code) {
    case null:
      return null;
    case 'EADDRINUSE':
      return `Port ${port} (${use}) is in use by another process. ${lookup(port)} Stop that process, or set ${setting} to a free port.`;
    case 'EACCES':
      return `Port ${port} (${use}) needs privileges that this process does not have. Set ${setting} to a port above 1023.`;
    default:
      return `Cannot listen on ${host}:${port} (${use}): ${code}. Check ${setting} and the address.`;
  }
}

/** macOS has the first command; Linux usually has both. Both name only the processes of the same user, unless run as root. */
function lookup(port: number): string {
  return `To find it, run "lsof -nP -iTCP:${port} -sTCP:LISTEN" or "ss -ltnp sport = :${port}".`;
}

/** The error code of an attempt to listen, or null when it succeeds. */
async function listenOnce(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });
}
