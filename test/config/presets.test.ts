import { expect, it } from '@jest/globals';
import { readConfigFile } from '../../src/config/load.js';
import { presets } from '../../src/domain/policies/presets.js';

it.each(['cost', 'performance'] as const)('the %s example is the guide’s preset, with its limits', async (name) => {
  const config = await readConfigFile(`docs/examples/preset-${name}.yaml`, {}, process.cwd());
  const { settings, autoscale } = config.resources['analyzer']!;
  expect(settings).toMatchObject(presets[name].limits);
  expect(autoscale!.settings.policies).toEqual([{ type: 'thresholds', value: 'depth', ...presets[name].thresholds }]);
});
