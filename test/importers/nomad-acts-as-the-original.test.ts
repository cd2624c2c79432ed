/** An imported policy of Nomad decides as its strategies do: import, the real loader, and the evaluation of production. */
import type { Reading } from '../../src/domain/autoscale/evaluation.js';
import { compileAutoscale } from '../../src/domain/autoscale/spec.js';
import { start, WatchedResource } from '../domain/autoscale/watched-resource.js';
import { importedAs } from './importing.js';
import { type NomadDecision, nomadDecisions } from './nomad-decisions.js';

const group = 'checks of a group on several queries keep each other from scaling in';

/** Where we differ, with what we do. The report names each. */
const differences: Readonly<Record<string, readonly [ours: number, why: string]>> = {
  'a group of two signals': [5, group],
};

it.each(nomadDecisions.map((decision) => [decision.name, decision] as const))('%s', async (name, decision) => {
  expect(await targetOf(decision)).toBe(differences[name]?.[0] ?? decision.expected);
});

it('every difference is one of a decision that exists, and is a difference', () => {
  for (const [name, [target]] of Object.entries(differences)) {
    expect(nomadDecisions.find((decision) => decision.name === name)?.expected).not.toBe(target);
  }
});

async function targetOf({ count, min = 1, max = 20, checks }: NomadDecision): Promise<number> {
  const job = {
    Job: {
      ID: 'web',
      TaskGroups: [
        {
          Name: 'api',
          Count: count,
          Scaling: {
            Min: min,
            Max: max,
            Policy: {
              evaluation_interval: '10s',
              cooldown: '1m',
              check: checks.map(({ strategy, config, group: of, value }, index) => ({
                [`check-${index}`]: [
                  {
                    source: 'prometheus',
                    query: `number(${value})`,
                    ...(of !== undefined && { group: of }),
                    strategy: [{ [strategy]: [config] }],
                  },
                ],
              })),
            },
          },
        },
      ],
    },
  };
  const { config, configuration } = await importedAs('nomad', JSON.stringify(job));
  const { autoscale, settings } = config.resources['web']!;
  const written = configuration.resources['web'] as { autoscale: { signals: Record<string, { query: string }> } };
  const readings = Object.entries(written.autoscale.signals).map(([signal, { query }]): [string, Reading] => {
    const value = Number(/\((.*)\)/.exec(query)?.[1]);
    return [signal, { value, atMs: start }];
  });
  const resource = new WatchedResource(compileAutoscale(autoscale!.settings, settings), count);
  return resource.look({ readings: Object.fromEntries(readings) }).target;
}
