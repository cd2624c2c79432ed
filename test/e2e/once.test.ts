/**
 * `escapement evaluate --once` as the only process besides Temporal: each call continues from what Temporal stores, and a
 * call that is killed sends no change twice.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TemporalProcess } from '../api/temporal-process.js';
import { LocalHttpServer } from '../sources/local-servers.js';
import { fileConfig } from '../../src/config/file/file-config.js';
import { configuration, cronJob, podSpec } from '../support/cron-job.js';
import { eventually } from '../support/eventually.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import { Sandbox } from './sandbox.js';

const cooldownMs = 8000;

let sandbox: Sandbox;
let temporal: TemporalProcess;
let witness: SidecarWitness;
let depth: number | null;
const queue = new LocalHttpServer(() => (depth === null ? { status: 503, body: {} } : { body: { depth } }));

beforeEach(async () => {
  depth = 0;
  await queue.start();
  sandbox = await Sandbox.create();
  temporal = await TemporalProcess.start();
  sandbox.env.TEMPORAL_ADDRESS = temporal.address;
  witness = await sandbox.sidecar('--port', '0', '--resource', 'worker=1', '--start-time', '300ms');
  configure({});
});
afterEach(async () => {
  await sandbox.close();
  await temporal.close();
  await queue.stop();
});

function configure({ max = 6, dryRun = false }): void {
  sandbox.configure(`
version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: ${max}
    step: 1
    cooldown: ${cooldownMs}ms
    settle: 3s
    requestTimeout: 5s
    dryRun: ${dryRun}
    autoscale:
      interval: 1m
      signals:
        waiting: { type: http-json, url: "http://127.0.0.1:${queue.port}/", path: depth }
      policies:
        - { type: perUnit, value: waiting, target: 100, scaleInBelow: 50 }
  other: { platform: { type: omnistrate, url: "${witness.url}" }, min: 0, max: 1 }
`);
}

const command = ['evaluate', '--once', '--json', '--detailed-exit-code'];

/** Standard output has the answer and nothing else. */
async function evaluate(...options: readonly string[]) {
  const run = promisify(execFile)(process.execPath, [resolve('dist/src/cli/main.js'), ...command, ...options], {
    env: sandbox.env,
    cwd: sandbox.folder,
  });
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return { code: run.child.exitCode, answer: JSON.parse(stdout) as Record<string, unknown> };
}

async function validationOf(yaml: string): Promise<string> {
  return fileConfig(yaml, 'escapement.yaml', {}).then(
    ({ warnings }) => warnings.map(({ problem }) => problem).join(),
    (error: unknown) => String(error),
  );
}

/** The answer between the lines of the log. */
function answerIn(output: string): unknown {
  const line = output.split('\n').find((each) => each.startsWith('{"resource":"worker","outcome"'));
  return line === undefined ? output : JSON.parse(line);
}

async function changes() {
  return (await witness.resource('worker')).changes;
}

describe('escapement evaluate --once', () => {
  it('changes nothing, then makes one step a call, keeps the cooldown between calls, and reaches the target', async () => {
    depth = 60;
    expect(await evaluate()).toEqual({
      code: 3,
      answer: {
        resource: 'worker',
        outcome: 'unchanged',
        queue_size: 60,
        current_tasks: 1,
        new_tasks: 1,
        reason: expect.stringContaining('perUnit'),
        signals: { waiting: 60 },
        dryRun: false,
        runId: null,
      },
    });
    depth = 250;
    const changed = await evaluate();
    expect(changed).toMatchObject({
      code: 0,
      answer: { outcome: 'changed', queue_size: 250, current_tasks: 1, new_tasks: 3, runId: expect.any(String) },
    });
    expect((await witness.resource('worker')).capacities).toEqual([1, 2]);

    const early = await evaluate();
    expect(early).toMatchObject({ answer: { current_tasks: 2, new_tasks: 3 } });
    await eventually(
      'further calls reach the target',
      async () => {
        await evaluate();
        return (await witness.resource('worker')).capacities.at(-1) === 3;
      },
      90_000,
    );
    const seen = await changes();
    expect(seen.map(({ direction }) => direction)).toEqual(['up', 'up']);
    expect(seen[1]!.atMs - seen[0]!.atMs).toBeGreaterThanOrEqual(cooldownMs - 500);
    expect(await evaluate()).toMatchObject({ code: 3, answer: { current_tasks: 3, new_tasks: 3 } });
    expect(await changes()).toHaveLength(2);
  }, 240_000);

  it('a call that is killed while the change is in progress: the next call learns its outcome and does not repeat it', async () => {
    depth = 150;
    // The sidecar applies the change, and answers only after the process has been killed.
    await witness.setFaults({ faults: [{ type: 'slow', on: 'change', delayMs: 3000 }] });
    const first = sandbox.escapement(command);
    await eventually('the change is in progress', async () => (await changes()).length === 1, 60_000);
    await first.kill();
    await witness.setFaults({ faults: [] });
    await eventually(
      'the change has an effect',
      async () => (await witness.resource('worker')).capacities.at(-1) === 2,
    );

    const next = await evaluate();
    expect(next.answer).toMatchObject({ current_tasks: 2, new_tasks: 2 });
    expect((await evaluate()).answer).toMatchObject({ current_tasks: 2, new_tasks: 2 });
    expect((await witness.resource('worker')).capacities).toEqual([1, 2]);
    expect(await changes()).toHaveLength(1);
  }, 240_000);

  it('a call that is interrupted while the change is in progress fails, and says that the change may have been made', async () => {
    depth = 150;
    await witness.setFaults({ faults: [{ type: 'slow', on: 'change', delayMs: 3000 }] });
    const first = sandbox.escapement(command);
    await eventually('the change is in progress', async () => (await changes()).length === 1, 60_000);
    first.signal('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 1 });
    expect(answerIn(first.output)).toMatchObject({
      outcome: 'failed',
      queue_size: 150,
      current_tasks: 1,
      new_tasks: 2,
      reason: expect.stringMatching(/interrupted.*from 1 to 2 was requested.*may have been sent.*next call/),
    });
    await witness.setFaults({ faults: [] });

    expect((await evaluate()).answer).toMatchObject({ current_tasks: 2, new_tasks: 2 });
    expect((await witness.resource('worker')).capacities).toEqual([1, 2]);
    expect(await changes()).toHaveLength(1);
  }, 240_000);

  it('a call that is interrupted before it has evaluated fails, and says so', async () => {
    await temporal.kill();
    const call = sandbox.escapement(command);
    await call.printed(/Evaluating once/);
    call.signal('SIGTERM');
    expect(await call.ended).toMatchObject({ code: 1 });
    expect(answerIn(call.output)).toMatchObject({
      outcome: 'failed',
      new_tasks: null,
      reason: 'the call was interrupted before it requested anything',
    });
  }, 60_000);

  it('as the CronJob of the documentation runs it: nothing to do is no failure', async () => {
    depth = 60;
    const { args, env } = podSpec.containers[0];
    const call = sandbox.escapement(args);
    expect(await call.ended).toMatchObject({ code: 0 });
    expect(answerIn(call.output)).toMatchObject({ outcome: 'unchanged', current_tasks: 1, new_tasks: 1 });
    expect(env.map(({ name }) => name)).toEqual(['TEMPORAL_ADDRESS', 'ESCAPEMENT_CONFIG']);
    expect(cronJob.spec.concurrencyPolicy).toBe('Forbid');
    expect(await validationOf(configuration)).toBe('');

    const broken = sandbox.escapement(args, { ESCAPEMENT_CONFIG: 'none.yaml' });
    expect(await broken.ended).toMatchObject({ code: 2 });
  }, 120_000);

  it('two calls at the same time send one change', async () => {
    depth = 150;
    const both = await Promise.all([evaluate(), evaluate()]);
    for (const { answer } of both) expect(answer).toMatchObject({ new_tasks: 2 });
    expect((await witness.resource('worker')).capacities).toEqual([1, 2]);
    expect(await changes()).toHaveLength(1);
  }, 240_000);

  it('without data it changes nothing, and a platform that does not answer is a failure', async () => {
    depth = null;
    expect(await evaluate()).toMatchObject({
      code: 3,
      answer: { outcome: 'unchanged', queue_size: null, new_tasks: 1, reason: expect.stringMatching(/no data|503/) },
    });
    await witness.setFaults({ faults: [{ type: 'reject', on: 'read', status: 503, probability: 1 }] });
    expect(await evaluate()).toMatchObject({
      code: 1,
      answer: { outcome: 'failed', reason: expect.stringContaining('503') },
    });
    expect(await changes()).toEqual([]);
  }, 240_000);

  it('refuses, with exit code 4, where the autoscaler was removed after the configuration was written', async () => {
    depth = 60;
    await evaluate();
    const withWorker = sandbox.env.ESCAPEMENT_CONFIG;
    const written = `version: 1\nresources:\n  other: { platform: { type: omnistrate, url: "${witness.url}" }, min: 0, max: 1 }\n`;
    sandbox.env.ESCAPEMENT_CONFIG = join(sandbox.folder, 'fewer.yaml');
    writeFileSync(sandbox.env.ESCAPEMENT_CONFIG, written);
    const pruned = sandbox.escapement(['apply', '--prune', '--yes']);
    expect(await pruned.ended).toMatchObject({ code: 0 });
    sandbox.env.ESCAPEMENT_CONFIG = withWorker;
    // Only a worker can end the removed autoscaler, and this call is one.
    await evaluate();
    expect(await evaluate()).toMatchObject({
      code: 4,
      answer: { outcome: 'refused', reason: expect.stringContaining('was removed') },
    });
  }, 240_000);

  it('a dry run sends nothing, and reports its decision once', async () => {
    configure({ dryRun: true });
    depth = 250;
    expect(await evaluate()).toMatchObject({ answer: { dryRun: true, current_tasks: 1, new_tasks: 3 } });
    expect(await evaluate()).toMatchObject({ answer: { dryRun: true, current_tasks: 1, new_tasks: 3 } });
    expect(await changes()).toEqual([]);
  }, 240_000);

  it('fails within the timeout where Temporal does not answer', async () => {
    await temporal.kill();
    const failed = await evaluate('--timeout', '3s');
    expect(failed).toMatchObject({ code: 1, answer: { outcome: 'failed', queue_size: null, new_tasks: null } });
    expect(failed.answer['reason']).toBe('Temporal did not answer in time');
  }, 60_000);

  it('refuses a resource that is not autoscaled, and an event beside a file', async () => {
    const other = sandbox.escapement([...command, '--resource', 'other']);
    expect(await other.ended).toMatchObject({ code: 2 });
    expect(other.output).toContain('other is not autoscaled; use one of worker');
    const event = join(sandbox.folder, 'event.json');
    writeFileSync(event, '{"config": {"min_tasks": 3}}');
    const both = sandbox.escapement([...command, '--event', event]);
    expect(await both.ended).toMatchObject({ code: 2 });
    expect(both.output).toContain('--event: has no effect');
  });
});
