/** Runs a server that ends when this process ends, however it ends, and that Ctrl-C does not reach. */
import { spawn } from 'node:child_process';

export interface SupervisedServer {
  /** Resolves when the server has ended, by itself or on request, with a description of the exit. */
  readonly ended: Promise<string>;
  /** Asks the server to end, and kills it after `patienceSeconds`. */
  stop(): Promise<void>;
}

/**
 * Longer than the dev server takes to close its database (measured: 2.8 s), and shorter than a person is willing to
 * wait.
 */
const patienceSeconds = 5;

/**
 * The shell holds the reading end of a pipe from this process. It reads the end of file when this process closes the pipe
 * to stop the server, and also when this process has ended, even by SIGKILL, which no handler in this process could
 * notice. The server cannot be a direct child without a supervisor, because a child outlives its parent.
 * - Descriptor 3 is the pipe: the shell redirects the standard input of a background job to /dev/null.
 * - The server does not get the pipe, because it could read from it.
 * - The process ids are written to a file for the next start: see endLeftoverServer.
 */
const supervisor = `
log=$1 process_ids=$2 owner=$3
shift 3
exec 3<&0 >>"$log" 2>&1
"$@" </dev/null 3<&- &
server=$!
echo "$owner $$ $server" > "$process_ids"
(
  while read -r _; do :; done <&3
  kill -TERM "$server"
  sleep ${patienceSeconds}
  kill -KILL "$server"
) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$server"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`;

export function startSupervised(
  command: readonly string[],
  files: { readonly log: string; readonly processIds: string },
): SupervisedServer {
  const ids = [files.processIds, String(process.pid)];
  const child = spawn('sh', ['-c', supervisor, 'escapement-supervisor', files.log, ...ids, ...command], {
    // In a separate session: signals of the terminal (Ctrl-C, hang-up) go to this process, which stops everything in
    // order.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });

  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(signal ? `it was ended by ${signal}` : `it exited with code ${code ?? 0}`),
    );
  });
  // Nothing is written to the pipe, so the end of the supervisor is noticed only through 'exit'.
  child.stdin.on('error', () => undefined);
  return {
    ended,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
