/** The handler of `escapement/lambda` in the built package, with a real Temporal server and the simulated sidecar. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TemporalProcess } from '../api/temporal-process.js';
import { LocalHttpServer } from '../sources/local-servers.js';
import { LambdaFunction } from '../support/lambda-function.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import { Sandbox } from './sandbox.js';

let sandbox: Sandbox;
let temporal: TemporalProcess;
let witness: SidecarWitness;
let lambda: LambdaFunction;
let depth = 0;
const queue = new LocalHttpServer(() => ({ body: { depth } }));

/** As EventBridge sends it once a minute. */
const scheduled = {
  version: '0',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  resources: ['arn:x'],
  detail: {},
};

beforeEach(async () => {
  await queue.start();
  sandbox = await Sandbox.create();
  temporal = await TemporalProcess.start();
  sandbox.env.TEMPORAL_ADDRESS = temporal.address;
  witness = await sandbox.sidecar(
    '--port',
    '0',
    '--resource',
    'worker=1',
    '--resource',
    'other=1',
    '--start-time',
    '0s',
  );
  const fields = `
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: 6
    step: all
    cooldown: 1s
    requestTimeout: 5s
    autoscale:
      signals: { waiting: { type: http-json, url: "http://127.0.0.1:${queue.port}/", path: depth } }
      policies: [{ type: perUnit, value: waiting, target: 100 }]`;
  sandbox.configure(`version: 1\nresources:\n  worker:${fields}\n  other:${fields}\n`);
  lambda = new LambdaFunction(sandbox.folder);
});
afterEach(async () => {
  await sandbox.close();
  await temporal.close();
  await queue.stop();
});

describe('the handler', () => {
  it('evaluates and scales once a call, and a warm start continues what Temporal stores', async () => {
    depth = 250;
    const [first, second] = await lambda.call(
      [{ ...scheduled, resource: 'worker' }, { resource: 'worker' }],
      sandbox.env,
    );
    expect(first).toEqual({
      payload: {
        resource: 'worker',
        outcome: 'changed',
        queue_size: 250,
        current_tasks: 1,
        new_tasks: 3,
        reason: expect.stringContaining('perUnit'),
        signals: { waiting: 250 },
        dryRun: false,
        runId: expect.any(String),
      },
    });
    expect(second).toMatchObject({ payload: { outcome: 'unchanged', current_tasks: 3, new_tasks: 3 } });
    const { capacities, changes } = await witness.resource('worker');
    expect([capacities, changes.length]).toEqual([[1, 3], 1]);
    expect((await witness.resource('other')).changes).toEqual([]);
  }, 300_000);

  it('throws where the platform does not answer, so that Lambda counts an error, and works again at the next call', async () => {
    depth = 250;
    await witness.setFaults({ faults: [{ type: 'reject', on: 'read', status: 503, probability: 1 }] });
    const [failed] = await lambda.call([{ resource: 'worker' }], sandbox.env, 25_000);
    expect(failed).toEqual({ errorType: 'EvaluationFailed', errorMessage: expect.stringContaining('503') });
    await witness.setFaults({ faults: [] });
    const [next] = await lambda.call([{ resource: 'worker' }], sandbox.env);
    expect(next).toMatchObject({ payload: { new_tasks: 3 } });
  }, 300_000);

  it('refuses, in words, settings with which it cannot work', async () => {
    // An empty variable counts as not set.
    expect(await lambda.call([scheduled], { ...sandbox.env, TEMPORAL_ADDRESS: '' })).toEqual([
      {
        errorType: 'ConfigError',
        errorMessage: expect.stringMatching(
          /^TEMPORAL_ADDRESS: is not set.*a Lambda function cannot run; set TEMPORAL_ADDRESS/,
        ),
      },
    ]);
    const events = [
      scheduled,
      { resource: 'db' },
      { resource: 'worker', config: { min_tasks: 2 } },
      { config: { min_task: 2 } },
    ];
    const results = await lambda.call(events, sandbox.env);
    expect(results.map((result) => ('errorMessage' in result ? result.errorMessage : result))).toEqual([
      expect.stringContaining('several resources are autoscaled; use one of worker, other'),
      expect.stringContaining('db is not autoscaled'),
      expect.stringMatching(/^the event config: has no effect, because .*escapement.yaml is read/),
      expect.stringContaining('config.min_task: unknown setting; did you mean "min_tasks"?'),
    ]);
    expect(await lambda.call([{ resource: 'worker' }], sandbox.env, 10_000)).toEqual([
      { errorType: 'ConfigError', errorMessage: expect.stringContaining('the timeout of the function: leaves 10 s') },
    ]);
  }, 120_000);
});
