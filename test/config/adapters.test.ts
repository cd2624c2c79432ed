/** The requirements for the settings of every platform and source. */
import { z } from 'zod';
import { checkSettings, type AdapterDefinition } from '../../src/config/schema/adapter-settings.js';
import { platforms } from '../../src/adapters/platforms/registry.js';
import { sources } from '../../src/adapters/sources/registry.js';

const definitions: AdapterDefinition[] = [...platforms.all, ...sources.all];

describe.each(definitions.map((definition) => [definition.type, definition] as const))('%s', (_, definition) => {
  const fields = definition.settings instanceof z.ZodObject ? Object.keys(definition.settings.shape) : [];

  it('has a mapping of settings', () => {
    expect(definition.settings).toBeInstanceOf(z.ZodObject);
    expect(fields).not.toContain('type');
  });

  // A check that throws, for example for a value that is not a URL, would hide every other problem.
  test.each(['hunter2 :// # % @', '', '${ABSENT}', -1, Number.NaN, null, [], {}])(
    'reports a problem with %j, and never repeats the value',
    async (value) => {
      const settings = Object.fromEntries(fields.map((field) => [field, value]));
      const { output, problems, missing } = await checkSettings(definition, settings, {});
      expect(output === undefined || problems.length + missing.length === 0).toBe(true);
      expect(JSON.stringify([problems, missing])).not.toContain('hunter2');
    },
  );

  it('refuses an unknown setting', async () => {
    const { problems } = await checkSettings(definition, { nonsense: 1 }, {});
    expect(problems.map(({ path }) => path.join('.'))).toContain('nonsense');
  });
});
