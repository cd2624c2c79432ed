/** Every process is killed during a run and restarted. The sidecar shows which changes were really made. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { violatedGuarantees } from '../support/violated-guarantees.js';
import { eventually } from '../support/eventually.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import { temporalCli } from '../support/temporal.js';
import type { ApiClient } from './api-client.js';
import { apiOf, Sandbox } from './sandbox.js';

const cooldownMs = 5000;

let sandbox: Sandbox;
let witness: SidecarWitness;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  witness = await sandbox.sidecar('--port', '0', '--resource', 'worker=1', '--start-time', '500ms');
  sandbox.configure(`
version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: 6
    step: 1
    cooldown: ${cooldownMs}ms
    settle: 3s
    waitForActive: { timeout: 2m, interval: 1s }
    requestTimeout: 5s
`);
});
afterEach(() => sandbox.close());

const retargets: { by: string; retarget: (api: ApiClient) => Promise<void> }[] = [
  {
    by: 'the API',
    retarget: async (api) => {
      const answer = await api.scale('worker', { targetCapacity: 3 });
      expect(answer).toMatchObject({ status: 202, body: { outcome: 'retargeted' } });
    },
  },
  { by: 'a signal that a person types', retarget: () => signalFromTheCommandLine('{"targetCapacity":3}') },
];

describe.each(retargets)('on the way from 1 to 5, retargeted to 3 by $by', ({ retarget }) => {
  it('SIGKILL during a step: the run reaches 3, sends no change twice and keeps the cooldown', async () => {
    const first = sandbox.npmStart();
    const api = await apiOf(first);
    await api.scale('worker', { targetCapacity: 5 });
    await api.until('worker', 'has made a step', ({ stepsMade }) => stepsMade > 0);
    await retarget(api);
    await api.until('worker', 'knows its new target', ({ targetCapacity }) => targetCapacity === 3);
    // The answer to the second change takes long enough to be killed before it comes.
    await witness.setFaults({ faults: [{ type: 'slow', on: 'change', delayMs: 3000 }] });
    await eventually('the second change is in progress', async () => (await changes()).length === 2);
    await first.kill();
    await sandbox.onlyRuns(/ simulator /);

    const again = await apiOf(sandbox.npmStart());
    await again.until('worker', 'has closed', ({ run }) => run?.outcome === 'reached');
    const seen = await witness.resource('worker');
    expect(seen.capacities).toEqual([1, 2, 3]);
    expect(seen.changes).toHaveLength(2);
    const promised = { asked: [1, 5, 3], cooldownMs: { up: cooldownMs, down: cooldownMs }, jitterMs: 500 };
    expect(violatedGuarantees(seen, promised)).toEqual([]);
  });
});

it('an invalid signal is shown in the status and changes nothing', async () => {
  const api = await apiOf(sandbox.escapement(['up']));
  await api.scale('worker', { targetCapacity: 3 });
  await signalFromTheCommandLine('{"targetCapacity":"many"}');
  const { targetCapacity } = await api.until('worker', 'has ignored it', (seen) => seen.ignoredSignals.length === 1);
  expect(targetCapacity).toBe(3);
  await api.until('worker', 'is settled', ({ phase }) => phase === 'settled');
  expect((await witness.resource('worker')).capacities).toEqual([1, 2, 3]);
});

async function changes() {
  return (await witness.resource('worker')).changes;
}

async function signalFromTheCommandLine(input: string): Promise<void> {
  const address = `127.0.0.1:${sandbox.temporalPort}`;
  const signal = ['workflow', 'signal', '--workflow-id', 'scale:worker', '--name', 'retarget', '--input', input];
  await promisify(execFile)(await temporalCli(), [...signal, '--address', address]);
}
