/** `escapement demo`, shortened: the traffic spike, which is the first demo of a new user. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Program } from '../support/program.js';
import { Sandbox } from './sandbox.js';

let sandbox: Sandbox;
let program: Program;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  // Nothing answers there: the queue is the demo's own.
  const env = { REDIS_URL: `redis://127.0.0.1:${sandbox.temporalPort}` };
  program = sandbox.escapement(['demo', '--spike-seconds', '4'], env);
});
afterEach(() => sandbox.close());

it('the demo scales out under load and in again, explains why, ends by itself and leaves no process or file', async () => {
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.output).toMatch(/2 -> 4 {2}Asked for 4 \(thresholds depth: \d+ is at or above 50, which adds 2\)/);
  expect(program.output).toMatch(/3 -> 2 {2}Asked for 2 \(thresholds depth: \d+ is at or below 10/);
  expect(program.output).toMatch(/Current size +2 \(started at 2/);
  expect(program.output).toMatch(/In cooldown +no/);
  const [, ups] = /Scale ups +(\d+)/.exec(program.output)!;
  const [, downs] = /Scale downs +(\d+)/.exec(program.output)!;
  expect(Number(downs)).toBe(2 * Number(ups));
  expect(program.output).not.toContain('\x1b');
  await sandbox.onlyRuns();
});

it('Ctrl-C stops the demo cleanly', async () => {
  await program.printed(/emitters start/);
  program.signal('SIGINT');
  expect(await program.ended).toEqual({ code: 0, signal: null });
  await sandbox.onlyRuns();
});
