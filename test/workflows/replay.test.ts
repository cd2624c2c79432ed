import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const histories = readdirSync('test/histories').filter((file) => file.endsWith('.json'));

it('there are histories to replay', () => {
  expect(histories.length).toBeGreaterThan(0);
});

it.each(histories)('today’s workflow code replays %s', async (file) => {
  const history: unknown = JSON.parse(readFileSync(`test/histories/${file}`, 'utf8'));
  await Worker.runReplayHistory({ workflowBundle: { codePath: '.cache/workflow-bundle.js' } }, history);
});

it('a history that the current code would not produce is detected', async () => {
  const text = readFileSync(`test/histories/scale-failed.json`, 'utf8');
  const history: unknown = JSON.parse(text.replaceAll('"observe"', '"confirm"'));
  await expect(
    Worker.runReplayHistory({ workflowBundle: { codePath: '.cache/workflow-bundle.js' } }, history),
  ).rejects.toThrow(/[Nn]ondeterminism/);
});
