/** There is no container engine where these tests run, so that nothing names what does not exist is all they can show. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { environmentSettings } from '../../src/config/environment/omnistrate.js';
import { loadConfig } from '../../src/config/load.js';
import { readServerSettings, serverVariables } from '../../src/config/environment/process.js';
import { readTemporalSettings } from '../../src/client/temporal/connection.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string) => readFileSync(join(root, name), 'utf8');

const serviceSchema = z.object({
  build: z.string().optional(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.unknown()).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  configs: z.array(z.object({ source: z.string() })).optional(),
  stop_grace_period: z.string().optional(),
  profiles: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
});
const compose = z
  .object({
    services: z.record(z.string(), serviceSchema),
    volumes: z.record(z.string(), z.unknown()),
    configs: z.record(z.string(), z.object({ content: z.string() })),
  })
  .parse(parse(read('docker-compose.yml'), { merge: true }));

type Service = z.output<typeof serviceSchema>;
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);

/** What Compose makes of `${NAME:-default}`, and of `${NAME-default}`, which a NAME that is set to nothing overrides. */
const environmentOf = ({ environment = {} }: Service, set: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{(\w+)(:?)-([^}]*)\}/g, (_, variable: string, colon: string, usual: string) => {
        const given = set[variable];
        return given === undefined || (colon !== '' && given === '') ? usual : given;
      }),
    ]),
  );

describe('docker-compose.yml', () => {
  it('runs Temporal on PostgreSQL with its Web UI, the worker and the API apart, and Prometheus with Grafana on request', () => {
    expect(services.map(([name]) => name).sort()).toEqual([
      ...[
        'api',
        'grafana',
        'postgresql',
        'prometheus',
        'simulator',
        'temporal',
        'temporal-namespace',
        'temporal-schema',
        'temporal-ui',
        'worker',
      ],
    ]);
  });

  it.each(ours)('gives %s a command that exists', (_, { command }) => {
    const [name = ''] = command ?? [];
    const source = `src/cli/commands/${name}.ts`;
    expect(read(source)).toContain(`new Command('${name}')`);
  });

  it.each(ours)('sets only variables of %s that the code reads', (_, service) => {
    const known = [
      ...Object.keys(serverVariables.shape),
      ...Object.keys(environmentSettings.shape),
      'TEMPORAL_ADDRESS',
    ];
    expect(Object.keys(service.environment ?? {}).filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(['worker', 'api'])('configures %s so that it starts, and finds the Temporal of its network', (name) => {
    const environment = environmentOf(compose.services[name]!);
    expect(environmentSettings.safeParse(environment).error).toBeUndefined();
    expect(readTemporalSettings(environment).address).toBe('temporal:7233');
    const settings = readServerSettings(environment);
    const port = name === 'worker' ? settings.workerPort : settings.port;
    expect(compose.services[name]?.healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${port}/readyz`);
  });

  it.each(['worker', 'api'])(
    'lets %s have the settings of the ECS fast autoscaler, as its first lines say',
    async (name) => {
      const ecs = { ECS_CLUSTER: 'main', SERVICE_NAME: 'jobs', SQS_QUEUE_URL: 'https://q' };
      const withDotEnv = (dotEnv: Record<string, string>) => ({
        ...ecs,
        ...dotEnv,
        ...environmentOf(compose.services[name]!, { ...ecs, ...dotEnv }),
      });
      await expect(loadConfig(withDotEnv({}), '/nowhere')).rejects.toThrow('AUTOSCALER_TARGET_RESOURCE');
      const nothing = [...read('docker-compose.yml').matchAll(/^# {3}(\w+)=$/gm)].map(([, variable = '']) => variable);
      const config = await loadConfig(withDotEnv(Object.fromEntries(nothing.map((each) => [each, '']))), '/nowhere');
      expect(Object.keys(config.resources)).toEqual(['jobs']);
    },
  );

  it('publishes ports to this machine alone, and none of them twice', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published.every((port) => /^127\.0\.0\.1:\d+:\d+$/.test(port))).toBe(true);
    expect(new Set(published).size).toBe(published.length);
    expect(published).toContain(`127.0.0.1:3000:${readServerSettings(environmentOf(compose.services['api']!)).port}`);
  });

  it('names only services, volumes and configs that there are', () => {
    for (const [, { depends_on = {}, configs = [] }] of services) {
      for (const dependency of Object.keys(depends_on)) expect(compose.services).toHaveProperty(dependency);
      for (const { source } of configs) expect(compose.configs).toHaveProperty(source);
    }
    expect(Object.keys(compose.volumes)).toEqual(['postgresql', 'prometheus']);
  });

  it('waits for a worker that stops for longer than the worker itself takes', () => {
    const deadlineMs = Number(
      /const deadlineMs = ([\d_]+);/.exec(read('src/cli/commands/worker.ts'))?.[1]?.replaceAll('_', ''),
    );
    const patienceMs = Number.parseInt(compose.services['worker']?.stop_grace_period ?? '', 10) * 1000;
    expect(patienceMs).toBeGreaterThan(deadlineMs);
  });
});

describe('the Dockerfile', () => {
  const stages = read('Dockerfile')
    .split(/^FROM /m)
    .slice(1);
  const lines = (stage = '') => stage.split('\n');

  it('builds in one stage and runs in another, not as root', () => {
    expect(stages).toHaveLength(2);
    expect(lines(stages[1])).toContain('USER node');
  });

  it('exposes the ports that the API and a worker listen on', () => {
    const { port, workerPort } = readServerSettings({});
    expect(lines(stages[1])).toContain(`EXPOSE ${port} ${workerPort}`);
  });

  it('starts the command that the package installs', () => {
    const { bin } = JSON.parse(read('package.json')) as { bin: { escapement: string } };
    expect(lines(stages[1])).toContain(`ENTRYPOINT ["node", "${bin.escapement}"]`);
  });

  it('copies only what exists, and what .dockerignore lets in', () => {
    const copied = lines(stages[0])
      .filter((line) => line.startsWith('COPY '))
      .flatMap((line) => line.split(' ').slice(1, -1));
    const admitted = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(copied.sort()).toEqual(admitted.sort());
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
