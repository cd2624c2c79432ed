/** What stands in the way of a start is named, and what is not there yet is waited for. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { freePorts } from '../../scripts/services/free-ports.js';
import { Program } from '../support/program.js';
import { apiOf, Sandbox } from './sandbox.js';

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await Sandbox.create();
});
afterEach(() => sandbox.close());

const ports = [
  { setting: 'PORT', use: 'API' },
  { setting: 'ESCAPEMENT_TEMPORAL_PORT', use: 'Temporal' },
  { setting: 'ESCAPEMENT_TEMPORAL_UI_PORT', use: 'Temporal Web UI' },
  { setting: 'ESCAPEMENT_SIMULATOR_PORT', use: 'simulated sidecar' },
];

it.each(ports)(
  'a port in use is reported with its setting $setting and a command that finds its process',
  async (taken) => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const program = sandbox.escapement(['up'], { [taken.setting]: String(port) });
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.output).toContain(`Port ${port} (${taken.use}) is in use by another process`);
    expect(program.output).toContain(`lsof -nP -iTCP:${port}`);
    expect(program.output).toContain(`set ${taken.setting} to a free port`);
    await sandbox.onlyRuns();
    holder.close();
  },
);

it.each([['up'], ['api'], ['worker']])('%s does not listen beyond this machine without a token', async (command) => {
  const program = sandbox.escapement([command], { ESCAPEMENT_LISTEN: '0.0.0.0' });
  expect(await program.ended).toEqual({ code: 2, signal: null });
  expect(program.output).toMatch(
    /ESCAPEMENT_LISTEN.*0\.0\.0\.0 is reachable from other machines.*ESCAPEMENT_API_TOKEN/,
  );
  await sandbox.onlyRuns();
});

it('stops also when the reader of its log has closed the pipe', async () => {
  const [node, main] = [process.execPath, join(packageRoot, 'dist/src/cli/main.js')];
  // One line is read; the others are written into a pipe that is closed, the last one right before the end.
  const command = ['bash', '-c', `"${node}" "${main}" worker 2>/dev/null | head -1`];
  const program = new Program({ command, env: sandbox.env, folder: sandbox.folder });
  const isOver = program.ended.then(() => true);
  expect(await Promise.race([isOver, setTimeout(20_000, false, { ref: false })])).toBe(true);
  expect(program.output).toContain('Stopping');
});

it('an unreachable sidecar is reported in /readyz, does not make the process unready, and is retried', async () => {
  const [sidecarPort] = await freePorts(1);
  const api = await apiOf(
    sandbox.escapement(['up'], {
      OMNISTRATE_SIDECAR_URL: `http://127.0.0.1:${sidecarPort}`,
      AUTOSCALER_TARGET_RESOURCE: 'worker',
      AUTOSCALER_COOLDOWN: '1',
      AUTOSCALER_WAIT_FOR_ACTIVE_CHECK_INTERVAL: '1',
    }),
  );
  const checks = { resources: { worker: { status: 'failing', detail: expect.stringContaining('ECONNREFUSED') } } };
  await eventually('the worker polls', async () => (await api.readiness()).status === 'ready');
  await eventually('it was looked at', async () => 'at' in (await api.readiness()).checks.resources['worker']!);
  expect(await api.readiness()).toMatchObject({ status: 'ready', checks });
  expect(await api.scale('worker', { targetCapacity: 2 })).toMatchObject({ status: 202 });
  await api.until('worker', 'is being looked for', ({ phase }) => phase === 'observing');

  const witness = await sandbox.sidecar('--port', String(sidecarPort), '--resource', 'worker=1');
  await api.until('worker', 'is settled', ({ phase }) => phase === 'settled');
  expect((await witness.resource('worker')).capacities).toEqual([1, 2]);
  expect(await api.readiness()).toMatchObject({ status: 'ready', checks: { resources: { worker: { status: 'ok' } } } });
});
