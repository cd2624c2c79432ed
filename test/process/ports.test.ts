import { execFile } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { PortTakenError, checkPorts, type PortNeed } from '../../src/process/ports.js';

let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => close());

const close = () => new Promise<void>((closed) => (server.listening ? server.close(() => closed()) : closed()));

const api = (overrides: Partial<PortNeed> = {}): PortNeed => ({
  use: 'API',
  host: '127.0.0.1',
  port,
  setting: 'PORT',
  ...overrides,
});

const problem = async (needs: readonly PortNeed[]): Promise<string> => {
  const error = await checkPorts(needs).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PortTakenError);
  return (error as Error).message;
};

it('is content with a free port, and does not keep it', async () => {
  await close();
  await checkPorts([api()]);
  await checkPorts([api()]);
});

it('names a taken port, its use, commands that find the process, and the setting that moves it', async () => {
  expect(await problem([api()])).toBe(
    `Port ${port} (API) is in use by another process. To find it, run "lsof -nP -iTCP:${port} -sTCP:LISTEN" or "ss -ltnp sport = :${port}". Stop that process, or set PORT to a free port.`,
  );
});

it.each(['lsof', 'ss'])('%s, run as the message says, names the process', async (program) => {
  const command = new RegExp(`"(${program} [^"]*)"`).exec(await problem([api()]))![1]!;
  const run = promisify(execFile)('sh', ['-c', command]);
  // 127: this machine does not have the program.
  const { stdout } = await run.catch((error: unknown) => {
    expect(error).toMatchObject({ code: 127 });
    return { stdout: String(process.pid) };
  });
  expect(stdout).toContain(String(process.pid));
});

it('names every port that is taken, not only the first', async () => {
  const message = await problem([api(), api({ use: 'Temporal', setting: 'ESCAPEMENT_TEMPORAL_PORT' })]);
  expect(message).toContain('(API) is in use');
  expect(message).toContain('(Temporal) is in use');
});

it('says so when two settings want the same port', async () => {
  await close();
  const message = await problem([api(), api({ use: 'Temporal Web UI', setting: 'ESCAPEMENT_TEMPORAL_UI_PORT' })]);
  expect(message).toBe(
    `Port ${port} is configured twice: PORT (API) and ESCAPEMENT_TEMPORAL_UI_PORT (Temporal Web UI). Change one of them.`,
  );
});

it('says so when the address is not one of this machine', async () => {
  // An address from the block that is reserved for documentation (RFC 5737).
  expect(await problem([api({ host: '192.0.2.1' })])).toContain(
    `Cannot listen on 192.0.2.1:${port} (API): EADDRNOTAVAIL`,
  );
});
