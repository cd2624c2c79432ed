import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import {
  devServerFiles,
  startDevServer,
  type DevServer,
  type DevServerSettings,
} from '../../src/dev-server/dev-server.js';
import { DataDirectoryInUseError, endLeftoverServer } from '../../src/dev-server/leftover-server.js';
import { eventually } from '../support/eventually.js';
import { freePorts } from '../../scripts/services/free-ports.js';
import { temporalCli } from '../support/temporal.js';

jest.setTimeout(60_000);

let settings: DevServerSettings;
let logged: { msg: string; cause?: string }[];
let givenUp: Error[];
let cleanups: (() => unknown)[];

beforeEach(async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'escapement-server-'));
  const [port = 0, uiPort = 0] = await freePorts(2);
  logged = [];
  givenUp = [];
  settings = {
    binary: await temporalCli(),
    dataDirectory,
    port,
    uiPort,
    namespace: 'default',
    log: pino({ base: {} }, { write: (line: string) => logged.push(JSON.parse(line) as { msg: string }) }),
    onGivenUp: (error) => givenUp.push(error),
  };
  cleanups = [() => rmSync(dataDirectory, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const cleanUp of cleanups.reverse()) await cleanUp();
});

const notStopped = new AbortController().signal;

async function started(overrides: Partial<DevServerSettings> = {}): Promise<DevServer> {
  const server = await startDevServer({ ...settings, ...overrides }, notStopped);
  cleanups.push(async () => {
    const stopped = server.stop();
    endServerNow();
    await stopped;
  });
  return server;
}

/** A process of its own that runs the server, in a process group of its own as a terminal makes one. */
async function startedByAnotherProcess(): Promise<ChildProcess> {
  const script = new URL('owner-process.ts', import.meta.url).pathname;
  const { binary, dataDirectory, port, uiPort } = settings;
  const owner = spawn(
    process.execPath,
    ['--import', 'tsx', script, binary, dataDirectory, String(port), String(uiPort)],
    { detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  cleanups.push(() => {
    owner.kill('SIGKILL');
    endServerNow();
  });
  await once(owner.stdout, 'data');
  return owner;
}

const files = () => devServerFiles(settings.dataDirectory);
const processIds = () => readFileSync(files().processIds, 'utf8').trim().split(' ').map(Number);
const supervisorPid = () => processIds()[1]!;
const serverPid = () => processIds()[2]!;

/** One that has ended counts as gone even while nobody has asked for its exit code. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

/** Tests need not wait until it has closed everything in peace. */
function endServerNow(): void {
  try {
    process.kill(serverPid(), 'SIGKILL');
  } catch {
    // It has ended already, or never started.
  }
}

async function withClient<Result>(use: (client: Client) => Promise<Result>): Promise<Result> {
  const connection = await Connection.connect({ address: `127.0.0.1:${settings.port}` });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const startRun = () =>
  withClient((client) => client.workflow.start('any', { taskQueue: 'nobody', workflowId: 'kept' }));
const stateOfRun = () => withClient(async (client) => (await client.workflow.getHandle('kept').describe()).status.name);

it('is healthy when it says so: it takes runs, has its Web UI, and leaves no process when it is stopped', async () => {
  const server = await started();
  expect(server.address).toBe(`127.0.0.1:${settings.port}`);
  await startRun();
  expect((await fetch(server.webUiUrl)).status).toBe(200);

  await server.stop();
  expect([serverPid(), supervisorPid()].filter(isAlive)).toEqual([]);
});

it('has the namespace that is asked for', async () => {
  await started({ namespace: 'scaling' });
  const { namespaceInfo } = await withClient(({ workflowService }) =>
    workflowService.describeNamespace({ namespace: 'scaling' }),
  );
  expect(namespaceInfo?.name).toBe('scaling');
});

it('has every run again after it was stopped and started', async () => {
  const server = await started();
  await startRun();
  await server.stop();
  await started();
  expect(await stateOfRun()).toBe('RUNNING');
});

it('is started again when it dies, says so, and has lost nothing', async () => {
  await started();
  await startRun();
  const died = serverPid();
  process.kill(died, 'SIGKILL');
  await eventually('the server is back', () =>
    logged.some(({ msg }) => msg === 'Temporal server is running again; no data was lost'),
  );
  expect(serverPid()).not.toBe(died);
  expect(await stateOfRun()).toBe('RUNNING');
  expect(logged[0]).toMatchObject({
    msg: 'Temporal server died; restarting it',
    cause: 'it exited with code 137',
  });
});

it('is restarted no more when it dies again and again', async () => {
  const wrapper = join(settings.dataDirectory, 'wrapper');
  writeFileSync(wrapper, `#!/bin/sh\nexec '${settings.binary}' "$@"\n`, { mode: 0o755 });
  await started({ binary: wrapper });
  writeFileSync(wrapper, '#!/bin/sh\necho "the disk is full" >&2\nexit 3\n');
  process.kill(serverPid(), 'SIGKILL');
  const error = await eventually('no further restart is attempted', () => givenUp[0]);
  expect(error.message).toMatch(
    /^The Temporal server died 6 times in a row, the last time because .* it exited with code 3/s,
  );
  expect(error.message).toContain('the disk is full');
});

it('says why it does not start, with the end of its log', async () => {
  const broken = join(settings.dataDirectory, 'broken');
  writeFileSync(broken, '#!/bin/sh\necho "bad flag" >&2\nexit 2\n', { mode: 0o755 });
  await expect(started({ binary: broken })).rejects.toThrow(
    /did not start: it exited with code 2\.\nbad flag\nThe complete log is/,
  );
});

it('does not start, and leaves no process, when the start is aborted', async () => {
  const calledOff = new AbortController();
  const starting = startDevServer(settings, calledOff.signal);
  const pid = await eventually('the process is there', () => {
    try {
      return serverPid();
    } catch {
      return null;
    }
  });
  calledOff.abort();
  await expect(starting).rejects.toThrow(/aborted/);
  expect(isAlive(pid)).toBe(false);
});

it('ends when the process that started it is killed and can do nothing about it', async () => {
  const owner = await startedByAnotherProcess();
  const pid = serverPid();
  expect(isAlive(pid)).toBe(true);
  owner.kill('SIGKILL');
  await eventually('the server ends', () => !isAlive(pid));
});

it('is not reached by a Ctrl-C in the terminal, so that its owner can stop things in order', async () => {
  const owner = await startedByAnotherProcess();
  const pid = serverPid();
  process.kill(-owner.pid!, 'SIGINT');
  await once(owner.stdout!, 'data');
  await startRun();
  expect(isAlive(pid)).toBe(true);
});

it('does not stand in the way of the next start when it was left behind', async () => {
  const owner = await startedByAnotherProcess();
  await startRun();
  const left = serverPid();
  // The supervisor first: nobody is there any more to end the server.
  process.kill(supervisorPid(), 'SIGSTOP');
  owner.kill('SIGKILL');
  process.kill(supervisorPid(), 'SIGKILL');
  await once(owner, 'exit');

  await endLeftoverServer(files(), settings.log);
  expect(isAlive(left)).toBe(false);
  await started();
  expect(await stateOfRun()).toBe('RUNNING');
});

it('is not ended by a second start while its owner lives', async () => {
  const owner = await startedByAnotherProcess();
  const refused = await endLeftoverServer(files(), settings.log).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DataDirectoryInUseError);
  expect((refused as Error).message).toContain(`Escapement is already running (pid ${owner.pid})`);
  expect(isAlive(serverPid())).toBe(true);
});

it('leaves a stranger alone that was given the process id of a server long gone', async () => {
  const stranger = spawn('sleep', ['60']);
  cleanups.push(() => stranger.kill());
  writeFileSync(files().processIds, `1 2 ${stranger.pid}\n`);
  await endLeftoverServer(files(), settings.log);
  expect(isAlive(stranger.pid!)).toBe(true);
});
