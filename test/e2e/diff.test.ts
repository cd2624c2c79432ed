/** `escapement diff`, and the question that `escapement apply` asks, without a worker and without an API. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { Installation } from './installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await Installation.create();
  installation.configure({ worker: { capacity: 2, cooldown: '30s' }, jobs: { capacity: 2 } });
});
afterAll(() => installation.close());

async function escapement(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const program = installation.sandbox.escapement(args);
  const { code } = await program.ended;
  return { code, output: program.output };
}

async function diff(...args: readonly string[]): Promise<unknown> {
  const { code, output } = await escapement('diff', '--json', ...args);
  return { code, plan: JSON.parse(output) as unknown };
}

/** In a pseudo-terminal, where a person types the answer. */
async function applyOnATerminal(answer: string): Promise<{ code: number | null; output: string }> {
  const main = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;
  const child = spawn('script', ['-qefc', `'${process.execPath}' '${main}' apply`, '/dev/null'], {
    env: { ...installation.sandbox.env, NO_COLOR: '1' },
    cwd: installation.sandbox.folder,
    stdio: 'pipe',
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (chunk.includes('[y/N]')) child.stdin.write(answer);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

const unchanged = { action: 'unchanged', changes: [], note: null };

it('apply changes nothing without consent: in a script it needs --yes', async () => {
  const { code, output } = await escapement('apply');
  expect({ code, output }).toMatchObject({ code: 4, output: expect.stringContaining('Run it with --yes.') });
  expect(output).toMatch(/^\+ worker: new\n {4}worker: omnistrate, 1 to 9 units, .*\n\+ jobs: new\n/);
  expect(output).toContain('2 new.');
  expect(await diff()).toMatchObject({ code: 5, plan: [{ action: 'new' }, { action: 'new' }] });
});

it('after apply nothing would change, also while no worker has started the autoscalers', async () => {
  expect(await escapement('apply', '--yes')).toMatchObject({ code: 0, output: expect.stringContaining('Applied.') });
  expect(await diff()).toMatchObject({ code: 0, plan: [unchanged, unchanged] });
  const again = { code: 0, output: 'Nothing would change: 2 unchanged.\n' };
  expect(await escapement('diff')).toEqual(again);
  expect(await escapement('apply')).toEqual(again);
});

it('shows each changed setting before and after, as a table, JSON and YAML', async () => {
  await installation.startWorker();
  await installation.isAt('worker', 2);
  installation.configure({ worker: { capacity: 3, cooldown: '5s', step: 2 }, jobs: { capacity: 2 } });
  const changes = [
    { setting: 'step.up', from: null, to: 2 },
    { setting: 'step.down', from: null, to: 2 },
    { setting: 'cooldown.up', from: '30s', to: '5s' },
    { setting: 'cooldown.down', from: '30s', to: '5s' },
    { setting: 'autoscale.policies[0].capacity', from: 2, to: 3 },
  ];
  const { plan } = (await diff()) as { plan: readonly { changes: object[] }[] };
  expect(plan).toMatchObject([{ resource: 'worker', action: 'changed', note: null }, unchanged]);
  expect(plan[0]?.changes.toSorted(bySetting)).toEqual(changes.toSorted(bySetting));
  const { code, output } = await escapement('diff', '-o', 'yaml');
  expect({ code, plan: parse(output) as unknown }).toEqual({ code: 5, plan });
  expect((await escapement('diff', '-o', 'wide')).output).toMatch(
    /^~ worker: changed\n {4}in force: .*\n(.*\n)* {4}cooldown\.up +30s → 5s\n(.*\n)* {2}jobs: unchanged\n/,
  );
});

it('on a terminal apply asks, and an answer other than yes changes nothing', async () => {
  const refused = await applyOnATerminal('n\r');
  expect(refused).toMatchObject({
    code: 4,
    output: expect.stringMatching(/~ worker: changed[^]*\[y\/N\][^]*Nothing was changed/),
  });
  expect(await diff()).toMatchObject({ code: 5 });
  expect(await applyOnATerminal('\u0004')).toMatchObject({ code: 4 });
  expect(await applyOnATerminal('y\r')).toMatchObject({ code: 0, output: expect.stringContaining('Applied.') });
  await installation.isAt('worker', 3);
  expect(await diff()).toMatchObject({ code: 0 });
});

it('a resource that is not named keeps running, or would be removed with --prune; a note tells of another object', async () => {
  const yaml = installation.yaml({ worker: { capacity: 3, cooldown: '5s', step: 2 } });
  installation.sandbox.configure(yaml.replace('{ type: omnistrate,', '{ type: omnistrate, alias: web,'));
  const worker = {
    resource: 'worker',
    action: 'changed',
    changes: [],
    note: expect.stringContaining('another object'),
  };
  expect(await diff()).toMatchObject({ code: 5, plan: [worker, { resource: 'jobs', action: 'unnamed' }] });
  installation.sandbox.configure(yaml);
  expect(await diff()).toMatchObject({ code: 0, plan: [unchanged, { resource: 'jobs', action: 'unnamed' }] });
  expect(await diff('--prune')).toMatchObject({ code: 5, plan: [unchanged, { resource: 'jobs', action: 'removed' }] });
  expect(await installation.stateOf('jobs')).toBe('RUNNING');
});

it('a removal that no worker has handled yet is a difference', async () => {
  await installation.worker.kill();
  await escapement('apply', '--prune', '--yes');
  installation.configure({ worker: { capacity: 3, cooldown: '5s', step: 2 }, jobs: { capacity: 2 } });
  expect(await diff()).toMatchObject({
    code: 5,
    plan: [unchanged, { resource: 'jobs', action: 'changed', note: expect.stringContaining('removal') }],
  });
});

function bySetting(one: object, other: object): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
