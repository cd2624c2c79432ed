/** The metrics and the behavior of an HPA, as the section `autoscale:`. */
import type { Path } from '../../config/file/path.js';
import type { Fields } from '../fields.js';
import type { Comment, Manifest } from '../importer.js';
import { signalNames } from '../signal-names.js';
import { behaviorOf } from './behavior.js';
import { metricOf, type Metric, type Workload } from './metrics.js';
import { targetOf } from './quantity.js';

interface Input {
  readonly spec: Fields;
  /** The metrics and the behavior of v1, from its annotations. */
  readonly inMetrics: Fields;
  readonly inBehavior: Fields;
  readonly workload: Workload;
  readonly commentAt: Manifest['commentAt'];
}

interface Autoscale {
  /** Without `autoscale`, if no metric is supported. */
  readonly fields: { readonly autoscale?: Readonly<Record<string, unknown>> };
  readonly comments: readonly Comment[];
  readonly canLeaveZero: boolean;
  readonly warnings: readonly { readonly path: Path; readonly message: string }[];
  readonly unsupported: readonly { readonly path: Path; readonly what: string; readonly why: string }[];
}

export function autoscaleOf(input: Input): Autoscale {
  const { spec, inMetrics, inBehavior, commentAt } = input;
  const read = metricsOf(input);
  const supported = read.flatMap(({ path, metric }) => ('signal' in metric ? [{ path, metric }] : []));
  const unsupported = read.flatMap(({ path, metric }) => ('signal' in metric ? [] : [{ path, ...metric }]));
  const behavior = spec.at('behavior').isPresent ? spec.at('behavior') : inBehavior;
  const rules = behaviorOf(behavior);
  const names = signalNames(supported.map(({ metric }) => metric.name));
  const signals = supported.map(({ metric }, index) => [names[index] ?? '', metric.signal] as const);
  const policies = supported.map(({ metric: { policy } }, index) => {
    const { type, ...settings } = policy;
    return { type, value: names[index] ?? '', ...settings };
  });
  return {
    fields:
      supported.length === 0
        ? {}
        : { autoscale: { interval: '15s', signals: Object.fromEntries(signals), policies, behavior: rules } },
    comments: supported.map(({ path, metric }, index) => ({
      path: ['autoscale', 'policies', index],
      above: commentAt(path),
      after: metric.comment,
    })),
    canLeaveZero: supported.length === 0 || supported.some(({ metric }) => metric.policy.type === 'perUnit'),
    warnings: [
      ...(behavior.isPresent ? [] : [withoutBehavior]),
      ...(spec.at('metrics').isPresent || inMetrics.isPresent || spec.at(cpuOfV1).isPresent ? [] : [withoutMetrics]),
    ],
    unsupported: [...unsupported.map((each) => ({ ...each, why: `${each.why}. The capacity does not follow it` }))],
  };
}

const cpuOfV1 = 'targetCPUUtilizationPercentage';

/** What the report says where `behavior` is absent. */
export const behaviorIsAbsent =
  'is not set. The defaults of behavior are written out. Without the section, the HPA scales out to at most max(2 x current, 4) in 15 s: 1 to 4, 2 to 4 and 3 to 6, and here 1 to 5, 2 to 6 and 3 to 7';

const withoutBehavior = { path: ['spec', 'behavior'], message: behaviorIsAbsent };

const withoutMetrics = { path: ['spec', 'metrics'], message: 'is not set. The default of the HPA is 80% of the CPU' };

function metricsOf({ spec, inMetrics, workload }: Input) {
  const listed = [...spec.at('metrics').items(), ...inMetrics.items()].map((field) => ({
    path: field.path,
    metric: metricOf(field, workload),
  }));
  const cpu = spec.at(cpuOfV1);
  if (cpu.isPresent) return [{ path: cpu.path, metric: cpuAt(targetOf(cpu).value, workload) }, ...listed];
  return listed.length > 0 ? listed : [{ path: ['spec', 'metrics'], metric: cpuAt(80, workload) }];
}

function cpuAt(target: number, workload: Workload): Metric {
  const signal = { type: 'kubernetes-resource', ...workload, resource: 'cpu' };
  return { name: 'cpu', signal, policy: { type: 'utilization', target }, comment: undefined };
}
