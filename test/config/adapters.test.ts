/** What every platform and source must hold to, so that its settings can be checked here. */
import { z } from 'zod';
import { checkSettings, type AdapterDefinition } from '../../src/config/schema/adapter-settings.js';
import { platforms } from '../../src/adapters/platforms/registry.js';
import { sourceDefinitions } from '../../src/adapters/sources/registry.js';

const definitions: AdapterDefinition[] = [...Object.values(platforms), ...sourceDefinitions];

describe.each(definitions.map((definition) => [definition.type, definition] as const))('%s', (_, definition) => {
  const fields = definition.settings instanceof z.ZodObject ? Object.keys(definition.settings.shape) : [];

  it('has a mapping of settings', () => {
    expect(definition.settings).toBeInstanceOf(z.ZodObject);
    expect(fields).not.toContain('type');
  });

  // A check that trips over a value, for instance over one that is no URL, would hide every other problem.
  test.each(['hunter2 :// # % @', '', '${ABSENT}', -1, Number.NaN, null, [], {}])(
    'tells what is wrong with %j, and never repeats it',
    async (value) => {
      const settings = Object.fromEntries(fields.map((field) => [field, value]));
      const { output, findings, missing } = await checkSettings(definition, settings, {});
      expect(output === undefined || findings.length + missing.length === 0).toBe(true);
      expect(JSON.stringify([findings, missing])).not.toContain('hunter2');
    },
  );

  it('refuses a setting that it does not know', async () => {
    const { findings } = await checkSettings(definition, { nonsense: 1 }, {});
    expect(findings.map(({ path }) => path.join('.'))).toContain('nonsense');
  });
});
