/** What `escapement diff` shows of two configurations of one autoscaler. */
import { expect, it } from '@jest/globals';
import { changesBetween } from '../../src/cli/diff/changes.js';
import { autoscaledIn } from '../../src/config/autoscaled.js';
import { fileConfig } from '../../src/config/file/file-config.js';

const usual = `
min: 1
max: 9
cooldown: 30s
autoscale:
  signals: { jobs: { type: http-json, url: "http://127.0.0.1:1/", path: jobs } }
  policies:
    - { type: perUnit, value: jobs, target: 100, average: 1m }
`;

it.each([
  ['nothing, where both are the same', usual, usual, []],
  ['a bound', usual, usual.replace('max: 9', 'max: 12'), [{ setting: 'max', from: 9, to: 12 }]],
  [
    'durations as a file contains them',
    usual,
    usual
      .replace('cooldown: 30s', 'cooldown: { up: 1m30s, upAfter: up, down: 30s }')
      .replace('average: 1m', 'average: 5m'),
    [
      { setting: 'cooldown.up', from: '30s', to: '1m30s' },
      { setting: 'cooldown.upAfter', from: 'change', to: 'up' },
      { setting: 'autoscale.policies[0].average', from: '1m', to: '5m' },
    ],
  ],
  [
    'a policy that is added, as a whole',
    usual,
    `${usual}    - { type: fixed, capacity: 2 }\n`,
    [{ setting: 'autoscale.policies[1]', to: { type: 'fixed', capacity: 2 } }],
  ],
  [
    'a policy of another type, as a whole',
    usual.replace(/- .*/, '- { type: fixed, capacity: 3 }'),
    usual.replace(/- .*/, '- { type: thresholds, value: jobs, up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } }'),
    [
      {
        setting: 'autoscale.policies[0]',
        from: { type: 'fixed', capacity: 3 },
        to: expect.objectContaining({ type: 'thresholds' }),
      },
    ],
  ],
  [
    'a setting that is removed, without a value after the change',
    usual.replace('  policies', '  behavior: { scaleDown: { selectPolicy: Disabled } }\n  policies'),
    usual,
    [{ setting: 'autoscale.behavior.scaleDown', from: { selectPolicy: 'Disabled' } }],
  ],
])('shows %s', async (_, before, after, changes) => {
  expect(changesBetween(await comparable(before), await comparable(after))).toEqual(changes);
});

async function comparable(resource: string) {
  const indented = resource.trim().replaceAll('\n', '\n    ');
  const yaml = `version: 1\nresources:\n  worker:\n    platform: { type: omnistrate }\n    ${indented}\n`;
  const { resources } = await fileConfig(yaml, 'escapement.yaml', {});
  const writing = { owner: 'default', file: 'escapement.yaml', host: 'here', atMs: 0 };
  const [autoscaled] = autoscaledIn(resources, writing);
  return { ...autoscaled!, owner: 'default' };
}
