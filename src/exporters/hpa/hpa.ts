/** HorizontalPodAutoscalers of autoscaling/v2. */
import { writeManifests } from '../documents.js';
import { type Exported, type Exporter, Remarks, type Source } from '../exporter.js';
import { behaviorOf } from './behavior.js';
import { checkChanges, workloadOf } from './limits.js';
import { metricOf } from './metrics.js';

export const hpa: Exporter = {
  kind: 'hpa',
  summary: 'HorizontalPodAutoscalers of Kubernetes: autoscaling/v2',
  convert,
  write: writeManifests,
};

function convert(source: Source): Exported {
  const { fields } = source;
  const remarks = new Remarks();
  const workload = workloadOf(source, remarks);
  if (workload === undefined) return remarks.about([]);
  const autoscale = fields.at('autoscale');
  const metrics = autoscale
    .at('policies')
    .items()
    .flatMap((policy) => metricOf(source, policy, remarks) ?? []);
  if (metrics.length === 0) {
    remarks.drop(autoscale, 'the whole resource', 'an HPA needs a metric, and no policy can be exported as one');
    fields.take();
    return remarks.about([]);
  }
  const { min, max } = checkChanges(source, remarks);
  checkAutoscale(source, remarks);
  if (min === 0) {
    remarks.warn(
      fields.at('min'),
      'is 0: the cluster needs the feature gate HPAScaleToZero, and a metric of an object or an external one',
    );
  }
  const document = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: workload.metadata,
    spec: {
      scaleTargetRef: workload.reference,
      minReplicas: min,
      maxReplicas: max,
      metrics,
      behavior: behaviorOf(autoscale.at('behavior'), max),
    },
  };
  return remarks.about([document]);
}

/** Everything but metrics and behavior. */
function checkAutoscale({ fields }: Source, remarks: Remarks): void {
  const autoscale = fields.at('autoscale');
  const interval = autoscale.at('interval').optionalText() ?? '15s';
  if (interval !== '15s') {
    remarks.warn(
      autoscale.at('interval'),
      'is that of the controller for all HPAs: 15s, unless the cluster has another one',
    );
  }
  const combine = autoscale.at('combine');
  if (combine.optionalText() === 'min')
    remarks.drop(combine, 'combine: min', 'in an HPA the largest recommendation applies');
  const idle = autoscale.at('idle');
  if (idle.isPresent)
    remarks.drop(idle, 'scaling to zero without work', 'an HPA has no such rule. escapement export keda has it');
  const fallback = autoscale.at('fallback');
  if (fallback.isPresent) {
    remarks.drop(
      fallback,
      'the fallback',
      'an HPA keeps the capacity while metrics are missing. escapement export keda has fallback',
    );
  }
}
