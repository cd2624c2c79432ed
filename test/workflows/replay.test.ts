import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundleTracedWorkflows, tracedBundle } from '../support/workflow-bundle.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

beforeAll(bundleTracedWorkflows);

/** Takes the spans of the traced bundle. */
const exporter = { export: { fn: () => undefined } };
const bundles = ['.cache/workflow-bundle.js', tracedBundle];
const histories = readdirSync('test/histories').filter((file) => file.endsWith('.json'));

it('there are histories to replay', () => {
  expect(histories.length).toBeGreaterThan(0);
});

describe.each(bundles)('today’s workflow code in %s', (codePath) => {
  it.each(histories)('replays %s', async (file) => {
    const history: unknown = JSON.parse(readFileSync(`test/histories/${file}`, 'utf8'));
    await Worker.runReplayHistory({ workflowBundle: { codePath }, sinks: { exporter } }, history);
  });
});

it('some histories were recorded with traces, which they carry', () => {
  const carrying = histories.filter((file) => readFileSync(`test/histories/${file}`, 'utf8').includes('_tracer-data'));
  expect(carrying.length).toBeGreaterThan(0);
  expect(carrying).toEqual(histories.filter((file) => file.startsWith('traced-')));
});

it('a history that the current code would not produce is detected', async () => {
  const text = readFileSync(`test/histories/scale-failed.json`, 'utf8');
  const history: unknown = JSON.parse(text.replaceAll('"observe"', '"confirm"'));
  await expect(
    Worker.runReplayHistory({ workflowBundle: { codePath: '.cache/workflow-bundle.js' } }, history),
  ).rejects.toThrow(/[Nn]ondeterminism/);
});
