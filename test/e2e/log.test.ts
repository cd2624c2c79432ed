/** The log of a worker, as the person on call reads it: one line for each thing that happened, and none otherwise. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import type { Program } from '../support/program.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import { apiOf, Sandbox } from './sandbox.js';

let sandbox: Sandbox;
let sidecar: SidecarWitness;
let program: Program;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  sidecar = await sandbox.sidecar('--resource', 'worker=1', '--resource', 'web=2');
  sandbox.configure(`version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${sidecar.url}" }
    min: 0
    max: 9
    step: all
    cooldown: 1s
    settle: 1s
  web:
    platform: { type: omnistrate, url: "${sidecar.url}" }
    min: 2
    max: 9
    step: all
    cooldown: 1s
    autoscale:
      interval: 500ms
      signals: { load: { type: http-json, url: "${sidecar.url}/resource/worker/capacity", path: currentCapacity } }
      policies: [{ type: perUnit, value: load, target: 1 }]
`);
  program = sandbox.escapement(['up']);
});
afterEach(() => sandbox.close());

interface Line {
  readonly msg: string;
  readonly level: string;
  readonly resource?: string;
  readonly workflowId?: string;
}

/** Without the lines of requests over HTTP. */
function lines(): Line[] {
  const all = program.output.split('\n').filter((line) => line.startsWith('{'));
  return all.map((line) => JSON.parse(line) as Line & { req?: unknown }).filter(({ req }) => req === undefined);
}

const logged = (msg: string | RegExp) => {
  const matches = (line: Line) => (typeof msg === 'string' ? line.msg === msg : msg.test(line.msg));
  return eventually(`"${String(msg)}" is logged; so far: ${program.output}`, () => lines().find(matches), 60_000);
};

it('has one line for each change, each decision and the end of each run, with what belongs together under one run', async () => {
  const api = await apiOf(program);
  await api.scale('worker', { targetCapacity: 3, reason: 'more traffic' });
  await logged('worker: run ended, reached');
  await logged('web: run ended, reached');

  const ofWorker = lines().filter(({ resource }) => resource === 'worker');
  expect(ofWorker).toMatchObject([
    { msg: 'The platform answers' },
    { msg: 'worker: target 3', level: 'info', reason: 'more traffic', workflowId: 'scale:worker' },
    { msg: 'worker: add 2: 1 -> 3 accepted', from: 1, to: 3, outcome: 'accepted' },
    { msg: 'worker: run ended, reached', target: 3, capacity: 3, stepsMade: 1 },
  ]);
  const { runId } = ofWorker[1] as unknown as { runId: string };
  expect(ofWorker.slice(1)).toEqual(ofWorker.slice(1).map(() => expect.objectContaining({ runId })));
  await api.scale('worker', { add: 1 });
  await logged('worker: target 4');

  const linesOf = (id: string) => lines().filter(({ workflowId }) => workflowId === id);
  expect(linesOf('autoscale:web')).toMatchObject([
    { msg: 'web: scale from 2 to 3', reason: expect.stringContaining('load: 3') as unknown },
  ]);
  expect(linesOf('scale:web')).toMatchObject([
    { msg: 'web: target 3', reason: expect.stringContaining('load: 3') as unknown },
    { msg: 'web: add 1: 2 -> 3 accepted' },
    { msg: 'web: run ended, reached' },
  ]);
});

it('is quiet while nothing happens, and tells what fails once, however often it is tried', async () => {
  await logged('Worker is polling');
  await eventually('the signal was sampled', async () => (await reads('worker')) > 3);
  const before = lines().length;
  const readBefore = await reads('worker');
  await eventually('ten evaluations have passed', async () => (await reads('worker')) > readBefore + 10, 60_000);
  expect(lines().slice(before)).toEqual([]);

  await sidecar.setFaults({
    faults: [{ type: 'malformed', on: 'read', body: 'notJson', resource: 'worker', times: 20 }],
  });
  await logged('web: the fallback is no longer in force');
  const news = lines().slice(before);
  expect(news.filter(({ msg }) => msg === 'The signal fails')).toHaveLength(1);
  expect(news.filter(({ msg }) => msg === 'The signal works again')).toHaveLength(1);
  // The fallback keeps the capacity, and is logged although it changes no number.
  expect(news.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['web: the fallback is in force', 'web: the fallback is no longer in force']),
  );
  expect(news.length).toBeLessThanOrEqual(4);
}, 120_000);

async function reads(alias: string): Promise<number> {
  const log = (await (await fetch(`${sidecar.url}/log`)).json()) as { calls: { path: string }[] };
  return log.calls.filter(({ path }) => path === `/resource/${alias}/capacity`).length;
}
