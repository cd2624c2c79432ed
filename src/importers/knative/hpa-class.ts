/** The class `hpa`: Knative creates a HorizontalPodAutoscaler, which is converted as one (pkg/reconciler/autoscaling/hpa). */
import { Fields } from '../fields.js';
import { autoscaleOf } from '../hpa/autoscale.js';
import type { Workload } from '../hpa/metrics.js';
import type { Settings } from './settings.js';

const mebibyte = 1024 * 1024;

export function hpaClassOf(settings: Settings, workload: Workload) {
  const spec = new Fields('', { metrics: metricsOf(settings), behavior: behaviorOf(settings) });
  const none = new Fields('', undefined);
  const { fields } = autoscaleOf({
    spec,
    inMetrics: none,
    inBehavior: none,
    workload,
    commentAt: () => undefined,
  });
  return { autoscale: fields.autoscale, hasBehavior: spec.at('behavior').isPresent };
}

/** Without a target the HPA has no metrics, and its own default applies: 80% of the CPU. */
function metricsOf(settings: Settings): readonly unknown[] | undefined {
  const metric = settings.text('metric', undefined, 'cpu');
  if (!settings.annotation('target').isPresent) return undefined;
  const target = settings.number('target', undefined, 0, { from: 0.01 });
  if (metric === 'cpu') return [resource('cpu', { type: 'Utilization', averageUtilization: Math.ceil(target) })];
  const whole = Math.trunc(target);
  if (metric === 'memory') return [resource('memory', { type: 'AverageValue', averageValue: whole * mebibyte })];
  return [{ type: 'Pods', pods: { metric: { name: metric }, target: { type: 'AverageValue', averageValue: whole } } }];
}

function resource(name: string, target: object): object {
  return { type: 'Resource', resource: { name, target } };
}

/** Only the annotation counts here, and not the window of the ConfigMap. */
function behaviorOf(settings: Settings): object | undefined {
  if (!settings.annotation('window').isPresent) return undefined;
  const windowMs = settings.durationMs('window', 'stable-window', 0, { from: 6000, to: 3_600_000 });
  const rules = { stabilizationWindowSeconds: windowMs / 1000 };
  return { scaleUp: rules, scaleDown: rules };
}
