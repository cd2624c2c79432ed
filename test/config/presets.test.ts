import { describe, expect, it } from '@jest/globals';
import { readConfigFile } from '../../src/config/load.js';
import { presets } from '../../src/domain/policies/presets.js';
import { complaints, fileOf, read } from './written.js';

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
    ['nothing is written', '', {}],
    ['a bound is written', 'max: 9', { max: 9 }],
    ['one way is written', 'cooldown: { down: 10m }', { cooldownMs: { up: 120_000, down: 600_000 } }],
    ['both ways are written at once', 'cooldown: 1m', { cooldownMs: both(60_000) }],
    ['a step is written', 'step: all', { step: { up: null, down: null } }],
  ])('come along where %s', async (_, fields, own) => {
    expect(await settingsOf(fields)).toMatchObject({ ...presets.cost.limits, ...own });
  });

  it('give way to what stands in defaults', async () => {
    const autoscale =
      '{ signals: { load: { type: constant, value: 1 } }, policies: [{ type: thresholds, value: load, preset: cost }] }';
    const text = `version: 1\ndefaults: { max: 7 }\nresources: { worker: { platform: omnistrate, autoscale: ${autoscale} } }\n`;
    expect((await read(text)).resources['worker']!.settings).toMatchObject({ min: 1, max: 7 });
  });

  it('are those of the first, where there are several', async () => {
    const two =
      '[{ type: fixed, capacity: 1 }, ' +
      ['performance', 'cost'].map((preset) => `{ type: thresholds, value: load, preset: ${preset} }`).join(', ') +
      ']';
    expect(await settingsOf('', two)).toMatchObject(presets.performance.limits);
  });

  it('do not hide that a platform is missing, nor a preset that is unknown', async () => {
    const policies = '[{ type: thresholds, value: load, preset: costs }]';
    const text = `autoscale: { signals: { load: { type: constant, value: 1 } }, policies: ${policies} }`;
    expect(await complaints(fileOf(text))).toEqual([
      expect.stringContaining('worker.platform: is missing'),
      expect.stringContaining('worker.min: is missing'),
      expect.stringContaining('worker.max: is missing'),
      expect.stringContaining('preset: unknown value; did you mean "cost"?'),
    ]);
  });
});
