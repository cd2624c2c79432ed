import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { holderByLsof, holderByProc, portHolder } from '../../src/process/port-holder.js';
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

it('names a taken port, its use, who holds it, and the setting that moves it', async () => {
  const message = await problem([api()]);
  expect(message).toContain(`Port ${port} (API) is in use by `);
  expect(message).toContain(`(pid ${process.pid})`);
  expect(message).toContain('set PORT to a free port');
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

describe('who holds a port', () => {
  it('is found in the kernel tables on Linux', async () => {
    const told = await holderByProc(port).catch(() => 'no kernel tables');
    expect(told).toContain(process.platform === 'linux' ? `(pid ${process.pid})` : 'no kernel tables');
  });

  it('is found by lsof', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'escapement-lsof-'));
    const lsof = join(directory, 'lsof');
    writeFileSync(lsof, `#!/bin/sh\necho "$*" > '${directory}/asked'\nprintf 'p4711\\ncnginx\\nf6\\n'\n`, {
      mode: 0o755,
    });
    expect(await holderByLsof(port, lsof)).toBe('nginx (pid 4711)');
    expect(readFileSync(join(directory, 'asked'), 'utf8')).toBe(`-nP -iTCP:${port} -sTCP:LISTEN -Fpc\n`);
    rmSync(directory, { recursive: true });
  });

  it('is "another process" where nobody can tell', async () => {
    await close();
    expect(await portHolder(port)).toBe('another process');
  });
});
