/** Every setting of a resource is in the output of an export, or in its report. */
import { stringify } from 'yaml';
import { isMapping } from '../../src/config/file/path.js';
import { exported } from './exporting.js';

const own = {
  step: 3,
  cooldown: { up: '1m', upAfter: 'up', down: '2m' },
  settle: '40s',
  waitForActive: { timeout: '10m', interval: '20s' },
  requestTimeout: '50s',
  taskQueue: 'site',
  dryRun: true,
};
const behavior = {
  scaleUp: { stabilizationWindowSeconds: 179, tolerance: 0, policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] },
  scaleDown: { stabilizationWindowSeconds: 899, tolerance: 0.1, selectPolicy: 'Disabled' },
};
const idle = { value: 'jobs', atOrBelow: 2, for: '5m' };
const fallback = { after: 4, capacity: { atLeast: 3 } };
const forecast = { type: 'forecast', value: 'jobs', target: 7, mode: 'observe' };
const onWeekdays = {
  type: 'schedule',
  timezone: 'UTC',
  windows: [{ days: 'mon-fri', from: '08:00', to: '18:00', min: 2 }],
};

const onKubernetes = {
  platform: { type: 'kubernetes', namespace: 'shop', kind: 'StatefulSet', name: 'web', context: 'main' },
  min: 0,
  max: 9,
  ...own,
  autoscale: {
    interval: '20s',
    signals: {
      cpu: {
        type: 'kubernetes-resource',
        namespace: 'shop',
        kind: 'StatefulSet',
        name: 'web',
        resource: 'cpu',
        maxAge: '2m',
      },
      jobs: {
        type: 'rabbitmq',
        url: 'http://rabbitmq:15672',
        queue: 'jobs',
        vhost: 'shop',
        count: 'ready',
        username: 'shop',
      },
      outside: { type: 'kubernetes-external', metric: 'depth', selector: 'queue=jobs' },
    },
    policies: [
      { type: 'utilization', value: 'cpu', target: 60, tolerance: '5%' },
      { type: 'perUnit', value: 'jobs', target: 5, tolerance: '10%', average: '1m' },
      { type: 'perUnit', value: 'outside', target: 5, tolerance: '10%', scaleInBelow: 3 },
      { type: 'steps', value: 'jobs', steps: [{ atOrAbove: 9, add: 1 }] },
      { type: 'fixed', capacity: 2 },
      onWeekdays,
      forecast,
    ],
    combine: 'min',
    behavior,
    idle,
    fallback,
  },
};

const onEcs = {
  platform: { type: 'ecs', cluster: 'main', service: 'web', region: 'eu-west-1' },
  min: 0,
  max: 9,
  ...own,
  autoscale: {
    interval: '20s',
    signals: {
      cpu: {
        type: 'cloudwatch',
        predefined: 'ECSServiceAverageCPUUtilization',
        resource: 'service/main/web',
        maxAge: '9m',
      },
      jobs: {
        type: 'cloudwatch',
        namespace: 'Shop',
        metric: 'Jobs',
        dimensions: { Queue: 'jobs' },
        statistic: 'Maximum',
        unit: 'Count',
        period: '5m',
        emptyAs: 0,
      },
    },
    policies: [
      { type: 'utilization', value: 'cpu', target: 60, tolerance: '5%', average: '1m' },
      {
        type: 'steps',
        value: 'jobs',
        steps: [
          { atOrAbove: 10, below: 20, add: '10%', atLeast: 2 },
          { atOrAbove: 20, add: '30%', atLeast: 2 },
        ],
      },
      { type: 'thresholds', value: 'jobs', up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } },
      onWeekdays,
      forecast,
    ],
    combine: 'min',
    behavior,
    idle,
    fallback,
  },
};

type Key = string | number;

function leaves(value: unknown, path: readonly Key[] = []): (readonly Key[])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (!isMapping(value)) return [path];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}

async function outcomeOf(kind: string, resource: unknown) {
  return exported(kind, stringify({ version: 1, resources: { web: resource } })).then(
    ({ text, report }) => ({ text, report }),
    (error: unknown) => String(error),
  );
}

function nameOf(path: readonly Key[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .slice(1);
}

function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return `${String(value)}0`;
}

describe.each([
  ['hpa', onKubernetes],
  ['keda', onKubernetes],
  ['aws-application-autoscaling', onEcs],
])('export %s', (kind, everything) => {
  let first: ReturnType<typeof outcomeOf> | undefined;

  it.each(leaves(everything).map((path) => [nameOf(path), path] as const))('%s', async (name, path) => {
    const before = await (first ??= outcomeOf(kind, everything));
    if (typeof before === 'string') throw new Error(before);
    const reported = [...before.report.warnings, ...before.report.unsupported].map((entry) =>
      entry.path.replace(/^web /, ''),
    );
    if (reported.some((place) => name === place || name.startsWith(`${place}.`) || name.startsWith(`${place}[`)))
      return;
    const other = structuredClone(everything) as unknown as Record<Key, never>;
    let parent: Record<Key, unknown> = other;
    for (const key of path.slice(0, -1)) parent = parent[key] as Record<Key, unknown>;
    const last = path.at(-1)!;
    parent[last] = changed(parent[last]);
    expect(await outcomeOf(kind, other)).not.toEqual(before);
  });
});
