import { describe, expect, it } from '@jest/globals';
import { readConfigFile } from '../../src/config/load.js';
import { presets } from '../../src/domain/policies/presets.js';
import { errorLines, fileOf, read } from './written.js';

it.each(['cost', 'performance'] as const)('the %s example is the guide’s preset, with its limits', async (name) => {
  const config = await readConfigFile(`docs/examples/preset-${name}.yaml`, {}, process.cwd());
  const { settings, autoscale } = config.resources['analyzer']!;
  expect(settings).toMatchObject(presets[name].limits);
  expect(autoscale!.settings.policies).toEqual([{ type: 'thresholds', value: 'depth', ...presets[name].thresholds }]);
});

describe('the limits of a preset', () => {
  const settingsOf = async (fields: string, policies = '[{ type: thresholds, value: load, preset: cost }]') => {
    const autoscale = `autoscale: { signals: { load: { type: constant, value: 1 } }, policies: ${policies} }`;
    const { resources } = await read(fileOf(`platform: omnistrate\n${fields}\n${autoscale}`));
    return resources['worker']!.settings;
  };
  const both = (ms: number) => ({ up: ms, down: ms });

  it.each([
    ['the resource sets no limit', '', {}],
    ['the resource sets one bound', 'max: 9', { max: 9 }],
    [
      'the resource sets the cooldown of one direction',
      'cooldown: { down: 10m }',
      { cooldownMs: { up: 120_000, down: 600_000 } },
    ],
    ['the resource sets one cooldown for both directions', 'cooldown: 1m', { cooldownMs: both(60_000) }],
    ['the resource sets the step', 'step: all', { step: { up: null, down: null } }],
  ])('apply if %s', async (_, fields, own) => {
    expect(await settingsOf(fields)).toMatchObject({ ...presets.cost.limits, ...own });
  });

  it('do not replace the fields of defaults', async () => {
    const autoscale =
      '{ signals: { load: { type: constant, value: 1 } }, policies: [{ type: thresholds, value: load, preset: cost }] }';
    const text = `version: 1\ndefaults: { max: 7 }\nresources: { worker: { platform: omnistrate, autoscale: ${autoscale} } }\n`;
    expect((await read(text)).resources['worker']!.settings).toMatchObject({ min: 1, max: 7 });
  });

  it('are those of the first of several presets', async () => {
    const two =
      '[{ type: fixed, capacity: 1 }, ' +
      ['performance', 'cost'].map((preset) => `{ type: thresholds, value: load, preset: ${preset} }`).join(', ') +
      ']';
    expect(await settingsOf('', two)).toMatchObject(presets.performance.limits);
  });

  it('do not hide a missing platform or an unknown preset', async () => {
    const policies = '[{ type: thresholds, value: load, preset: costs }]';
    const text = `autoscale: { signals: { load: { type: constant, value: 1 } }, policies: ${policies} }`;
    expect(await errorLines(fileOf(text))).toEqual([
      expect.stringContaining('worker.platform: is missing'),
      expect.stringContaining('worker.min: is missing'),
      expect.stringContaining('worker.max: is missing'),
      expect.stringContaining('preset: unknown value; did you mean "cost"?'),
    ]);
  });
});
