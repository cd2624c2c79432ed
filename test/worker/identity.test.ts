import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, it } from '@jest/globals';
import { newWorkerIdentity, workerStatusOf } from '../../src/worker/identity.js';

const own = newWorkerIdentity();
const [, scope = '', startedAt = ''] = / (\w+)-(\d+)-/.exec(own) ?? [];
const named = (pid: number, host = hostname(), place = scope, time = startedAt) =>
  `${pid}@${host} ${place}-${time}-abcd`;

it('no two workers share a name', () => {
  expect(newWorkerIdentity()).not.toBe(own);
});

it('a worker lives itself, and an earlier one of its process on the same task queue does not', () => {
  expect(workerStatusOf(own, own)).toBe('alive');
  expect(workerStatusOf(newWorkerIdentity(), own)).toBe('dead');
});

it('a process of this machine is looked for by its id and its start time', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const pid = child.pid!;
  // It started after this process. So its id with our start time names an ended process whose id was reused.
  expect(workerStatusOf(named(pid), own)).toBe('dead');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const identity = named(pid, hostname(), scope, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  expect(workerStatusOf(identity, own)).toBe('alive');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(workerStatusOf(identity, own)).toBe('dead');
});

it('a process of another container or boot with this host name is an earlier life of this one', () => {
  expect(workerStatusOf(named(process.pid, hostname(), '00000000'), own)).toBe('restarted');
  expect(workerStatusOf(named(1, hostname(), '00000000', '77'), own)).toBe('restarted');
});

it('of other hosts, and of names that are not ours, only the server knows', () => {
  expect(workerStatusOf(named(process.pid, 'another-host'), own)).toBe('elsewhere');
  expect(workerStatusOf('4242@another', own)).toBe('elsewhere');
  expect(workerStatusOf('', own)).toBe('elsewhere');
});
