/** The recipes: their files are valid, their charts and figures are current, and they do what their pages say. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { recipeFiles } from '../../scripts/recipes/recipe-files.js';
import { pictures } from '../../scripts/recipes/recipes.js';
import { readTemporalSettings } from '../../src/client/temporal/connection.js';
import type { ResourceConfig } from '../../src/config/config.js';
import { readServerSettings } from '../../src/config/environment/process.js';
import { loadConfig, readConfigFile } from '../../src/config/load.js';
import { validateFile } from '../../src/config/validate.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { presets } from '../../src/domain/policies/presets.js';
import { pageOf } from './pages.js';

const folder = 'docs/recipes';
const names = readdirSync(folder);
const composeFile = 'omnistrate-compose.yaml';
const configurations = names.filter((name) => name.endsWith('.yaml') && name !== composeFile);
const pageNames = names.filter((name) => name.endsWith('.md') && name !== 'README.md');

async function resourcesIn(name: string): Promise<Readonly<Record<string, ResourceConfig>>> {
  return (await readConfigFile(`${folder}/${name}`, {}, process.cwd())).resources;
}

async function onlyResource(name: string): Promise<ResourceConfig> {
  const [resource, ...others] = Object.values(await resourcesIn(name));
  expect(others).toEqual([]);
  return resource!;
}

/** What a page says before its generated parts. */
function tableOf(path: string): string {
  return pageOf(path).text.split('<!--')[0] ?? '';
}

/** The table of a backtest on a page: by label, the cell of each run. */
function figuresOn(name: string, backtest = name): Record<string, Record<string, string>> {
  const [, part = ''] = pageOf(`${folder}/${name}.md`).text.split(`<!-- backtest ${backtest} -->`);
  const [header = [], , ...rows] = [...part.slice(0, part.indexOf('```')).matchAll(/^\|(.*)\|$/gm)].map(
    ([, cells = '']) => cells.split('|').map((cell) => cell.trim()),
  );
  return Object.fromEntries(
    rows.map(([label = '', ...cells]) => [
      label,
      Object.fromEntries(cells.map((cell, index) => [header[index + 1] ?? '', cell])),
    ]),
  );
}

describe('what is generated is current (else: npm run docs):', () => {
  let generated: Record<string, string>;
  beforeAll(async () => {
    generated = await recipeFiles();
  });

  const generatedNames = [
    ...names.filter((name) => /\.(svg|md)$/.test(name) && name !== 'README.md'),
    ...readdirSync(`${folder}/signals`).map((name) => `signals/${name}`),
  ];

  it.each(generatedNames)('%s', (name) => {
    expect(readFileSync(`${folder}/${name}`, 'utf8')).toBe(generated[`${folder}/${name}`]);
  });

  it('and each generated file is there', () => {
    expect(generatedNames.map((name) => `${folder}/${name}`).toSorted()).toEqual(Object.keys(generated).toSorted());
  });
});

test.each(configurations)('%s is valid, without a warning', async (name) => {
  expect(await validateFile(name, {}, folder)).toMatchObject({ problems: [], warnings: [] });
});

describe('the pages', () => {
  it('are in the index, and the README leads to it', () => {
    const linked = pageOf(`${folder}/README.md`).links.map(({ text }) => text);
    expect(linked.filter((target) => /^[\w-]+\.md$/.test(target)).toSorted()).toEqual(pageNames.toSorted());
    expect(pageOf('README.md').links.map(({ text }) => text)).toContain('docs/recipes/README.md');
  });

  it.each(pageNames)('%s shows a configuration and a backtest', (name) => {
    const page = pageOf(`${folder}/${name}`);
    const shown = page.blocks.filter(({ language }) => language === 'yaml').length;
    const linked = page.links.filter(({ text }) => configurations.includes(text)).length;
    expect(shown + linked).toBeGreaterThan(0);
    expect(pictures.filter((picture) => picture.page === name).length).toBeGreaterThan(0);
  });

  it('use each configuration in a backtest', () => {
    const used = pictures.flatMap(({ runs }) => runs.map(({ file }) => file));
    expect([...new Set(used)].toSorted()).toEqual(configurations.toSorted());
  });
});

describe('what the sentences of the pages say is in their figures:', () => {
  it('the rule of the guide for the code runner never has more than 3 pods, and runs out of job spaces', () => {
    const { units, 'without a free job space for': full } = figuresOn(
      'platform-services',
      'platform-services-code-runner',
    );
    expect(units!['the rule as written']).toBe('2 to 3');
    expect(full!['utilization']).toBe('0 min');
    expect(full!['the rule as written']).toMatch(/^[1-9]/);
  });

  it('the schedule of office hours is the same after the JSON of a watch', async () => {
    const { settings } = (await onlyResource('office-hours.yaml')).autoscale!;
    expect(JSON.stringify(settings)).toContain('"ready":{"startup":"90s"}');
    expect(autoscaleSettingsSchema.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  });

  it('all units are ready at nine with ready, and minutes later without it', () => {
    const figures = figuresOn('office-hours');
    expect(figures['units that are ready at 09:00']).toEqual({ 'with ready': '10', without: '2' });
    const { 'with ready': early, without: late } = figures['10 units are ready at']!;
    expect([early! < '09:00:00', late! > '09:03:00']).toEqual([true, true]);
  });

  it('the prediction prevents the overload, and no unit is removed while it is missing', () => {
    const figures = figuresOn('own-prediction');
    const overload = figures['more than 60 requests for each unit for']!;
    expect(overload['with the prediction']).toBe('0 min');
    expect(overload['without']).toMatch(/^[1-9]/);
    expect(figures['fewest units from minute 75 to 80']).toEqual(figures['units at minute 75']);
  });

  it('the presets differ in backlog, cost and changes', () => {
    const { 'largest backlog': backlog, 'unit hours': hours, changes } = figuresOn('queue-presets');
    const ranked = (row: Readonly<Record<string, string>>) =>
      Object.keys(row).toSorted((one, other) => Number(row[one]) - Number(row[other]));
    expect(ranked(backlog!)).toEqual(['performance', 'bursty', 'steady', 'cost']);
    expect(ranked(hours!)).toEqual(['cost', 'steady', 'bursty', 'performance']);
    const changesOf = (name: string) =>
      (changes![name]!.match(/\d+/g) ?? []).reduce((sum, part) => sum + Number(part), 0);
    for (const name of ['cost', 'steady', 'performance']) expect(changesOf(name)).toBeLessThan(changesOf('bursty') / 2);
  });

  it('the Omnistrate service reaches its maximum', () => {
    expect(figuresOn('omnistrate')['units']).toEqual({ omnistrate: '1 to 6' });
  });
});

describe('the seven services', () => {
  let services: Readonly<Record<string, ResourceConfig>>;
  beforeAll(async () => {
    services = await resourcesIn('platform-services.yaml');
  });

  it('have the bounds in the table of the page', () => {
    const rows = [
      ...tableOf(`${folder}/platform-services.md`).matchAll(/^\| ([\w, -]+) \|.*\| (\d+)(?: to (\d+))? \|$/gm),
    ];
    const told = rows.flatMap(([, service = '', min, max = min]) =>
      service.split(', ').map((name) => [name, [Number(min), Number(max)]] as const),
    );
    const bounds = Object.entries(services).map(
      ([name, { settings }]) => [name, [settings.min, settings.max]] as const,
    );
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(bounds));
    expect(bounds).toHaveLength(7);
  });

  it.each(['ui', 'console'])('%s is scaled as the API is', (name) => {
    const { policies, behavior } = services['api']!.autoscale!.settings;
    expect(services[name]!.autoscale!.settings).toMatchObject({ policies, behavior });
  });
});

describe('the presets of a queue', () => {
  it.each(['cost', 'performance'] as const)('%s has the numbers of the preset', async (name) => {
    const { settings, autoscale } = await onlyResource(`queue-${name}.yaml`);
    expect(settings).toMatchObject(presets[name].limits);
    expect(autoscale!.settings.policies).toEqual([{ type: 'thresholds', value: 'queue', ...presets[name].thresholds }]);
  });

  it('are those in the table of the page', async () => {
    const cell = async (name: string) => {
      const { settings, autoscale } = await onlyResource(name);
      const { up, down } = z
        .object({ up: z.object({ at: z.number() }), down: z.object({ at: z.number() }) })
        .parse(autoscale!.settings.policies[0]);
      const { step, cooldownMs, min, max } = settings;
      const cooldown = cooldownMs.up < 60_000 ? `${cooldownMs.up / 1000}s` : `${cooldownMs.up / 60_000}m`;
      return `| [${name}](${name}) | ${up.at} | ${down.at} | ${step.up} up, ${step.down} down | ${cooldown} | ${min} to ${max} |`;
    };
    const page = pageOf(`${folder}/queue-presets.md`).text;
    for (const name of configurations.filter((file) => file.startsWith('queue-')))
      expect(page).toContain(await cell(name));
  });
});

describe('the compose file for Omnistrate', () => {
  const compose = z
    .object({
      'x-omnistrate-load-balancer': z.object({
        https: z.array(
          z.object({ paths: z.array(z.object({ associatedResourceKey: z.string(), backendPort: z.number() })) }),
        ),
      }),
      services: z.record(
        z.string(),
        z.object({
          depends_on: z.array(z.string()).default([]),
          environment: z.array(z.string()).default([]),
          command: z.array(z.string()).default([]),
          volumes: z.array(z.string()).default([]),
          ports: z.array(z.string()).default([]),
          'x-omnistrate-api-params': z.array(z.object({ key: z.string() })).default([]),
          'x-omnistrate-capabilities': z
            .object({
              autoscaling: z.object({ policyType: z.string(), minReplicas: z.number(), maxReplicas: z.number() }),
            })
            .optional(),
        }),
      ),
      volumes: z.record(z.string(), z.unknown()),
    })
    .parse(parse(readFileSync(`${folder}/${composeFile}`, 'utf8')));
  const { controller, worker } = compose.services;
  const written = Object.fromEntries(
    controller!.environment.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const parameters = controller!['x-omnistrate-api-params'].map(({ key }) => key);
  const environment = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, value.replace(/^\$var\.(\w+)$/, 'a-secret-of-the-customer')]),
  );

  it('names only services, volumes and parameters that it defines', () => {
    const services = Object.keys(compose.services);
    const all = Object.values(compose.services);
    expect(all.flatMap(({ depends_on: needed }) => needed).filter((name) => !services.includes(name))).toEqual([]);
    const volumes = all.flatMap((service) => service.volumes.map((volume) => volume.split(':')[0] ?? ''));
    expect(volumes.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
    const used = [...JSON.stringify(written).matchAll(/\$var\.(\w+)/g)].map(([, name]) => name);
    expect(used).toEqual(parameters);
  });

  it('configures the worker as the file of the recipe does', async () => {
    const { resources, warnings } = await loadConfig(environment, '/nonexistent');
    expect(warnings).toEqual([]);
    const fromFile = await onlyResource('omnistrate.yaml');
    const { alias, platform, settings } = Object.values(resources)[0]!;
    expect({ alias, type: platform.type, settings }).toEqual({
      alias: fromFile.alias,
      type: fromFile.platform.type,
      settings: fromFile.settings,
    });
  });

  it('scales a service of the file within the bounds of Omnistrate', () => {
    const { autoscaling } = worker!['x-omnistrate-capabilities']!;
    expect(written['AUTOSCALER_TARGET_RESOURCE']).toBe('worker');
    expect(autoscaling).toEqual({
      policyType: 'custom',
      minReplicas: Number(written['AUTOSCALER_MIN_CAPACITY']),
      maxReplicas: Number(written['AUTOSCALER_MAX_CAPACITY']),
    });
  });

  it('listens where the load balancer connects, with a token, and connects to the Temporal server of the file', () => {
    const { port, listen, apiToken } = readServerSettings(environment);
    const [path] = compose['x-omnistrate-load-balancer'].https[0]!.paths;
    expect({ port, listen, apiToken }).toEqual({
      port: path!.backendPort,
      listen: '0.0.0.0',
      apiToken: 'a-secret-of-the-customer',
    });
    expect(controller!.ports).toEqual([`${port}:${port}`]);
    const [host] = readTemporalSettings(environment).address.split(':');
    expect(Object.keys(compose.services)).toContain(host);
  });

  it('runs a command of escapement, and the page shows the same controller', () => {
    expect(existsSync(`src/cli/commands/${controller!.command[0]}.ts`)).toBe(true);
    const [block] = pageOf(`${folder}/omnistrate.md`).blocks.filter(({ text }) => text.startsWith('services:'));
    const shown = z
      .object({ services: z.object({ controller: z.record(z.string(), z.unknown()) }) })
      .parse(parse(block!.text)).services.controller;
    const whole = parse(readFileSync(`${folder}/${composeFile}`, 'utf8')) as {
      services: { controller: Record<string, unknown> };
    };
    expect(whole.services.controller).toMatchObject(shown);
  });
});
