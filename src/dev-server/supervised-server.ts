/** Runs a server that lives no longer than this process, however this process ends, and that a Ctrl-C does not reach. */
import { spawn } from 'node:child_process';

export interface SupervisedServer {
  /** Resolves when it has ended, by itself or because it was asked to, with words for its exit. */
  readonly ended: Promise<string>;
  /** Asks it to end, and ends it the hard way after `patienceSeconds`. */
  stop(): Promise<void>;
}

/** Above what the dev server takes to close its database (measured: 2.8 s), below what a person waits for. */
const patienceSeconds = 5;

/**
 * The shell holds the reading end of a pipe from this process. Its end of file says that we want the server to stop, or that
 * we are gone, be it by SIGKILL: no handler of ours would run then. The server cannot be its child alone, since a child
 * outlives its parent.
 * - Descriptor 3 is the pipe: a background job has its standard input redirected to /dev/null by the shell.
 * - The server is not given the pipe, which it could read.
 * - The process ids go to a file, for the next start: see endLeftoverServer.
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
    // A session of its own: signals of the terminal (Ctrl-C, hang-up) go to us, and we stop things in order.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });

  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(signal ? `it was ended by ${signal}` : `it exited with code ${code ?? 0}`),
    );
  });
  // Writing nothing, we only learn of a supervisor that is gone through 'exit'.
  child.stdin.on('error', () => undefined);
  return {
    ended,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
