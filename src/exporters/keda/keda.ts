/** ScaledObjects of KEDA, with the TriggerAuthentications that they need. */
import { parseDuration } from '../../domain/written/duration.js';
import type { Fields } from '../../importers/fields.js';
import { writeManifests } from '../documents.js';
import { type Exported, type Exporter, Remarks, type Source } from '../exporter.js';
import { behaviorOf } from '../hpa/behavior.js';
import { checkChanges, workloadOf } from '../hpa/limits.js';
import { countsOf } from './bounds.js';
import { triggersOf, type NamedTrigger } from './policies.js';

export const keda: Exporter = {
  kind: 'keda',
  summary: 'ScaledObjects and TriggerAuthentications of KEDA',
  convert,
  write: writeManifests,
};

function convert(source: Source): Exported {
  const { fields, config } = source;
  const remarks = new Remarks();
  const workload = workloadOf(source, remarks);
  if (workload === undefined) return remarks.about([]);
  const found = triggersOf(source, remarks);
  if (found.triggers.length + found.crons.length === 0) {
    fields.take();
    remarks.drop(
      fields.at('autoscale'),
      'the whole resource',
      'a ScaledObject needs a trigger, and no policy can be exported as one',
    );
    return remarks.about([]);
  }
  const isPaused = config.settings.dryRun;
  const { max } = checkChanges(
    { ...source, config: { ...config, settings: { ...config.settings, dryRun: false } } },
    remarks,
  );
  const counts = countsOf(source, found, remarks);
  const autoscale = fields.at('autoscale');
  const combine = autoscale.at('combine');
  if (combine.optionalText() === 'min')
    remarks.drop(combine, 'combine: min', 'in KEDA the largest recommendation applies');
  const fallback = fallbackOf(autoscale.at('fallback'), counts.minReplicaCount);
  const authentications = found.triggers.flatMap((named) =>
    authenticationOf(named, workload.metadata, source, remarks),
  );
  const document = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: {
      ...workload.metadata,
      ...(isPaused && { annotations: { 'autoscaling.keda.sh/paused': 'true' } }),
    },
    spec: {
      scaleTargetRef: workload.reference,
      pollingInterval: pollingInterval(autoscale.at('interval')),
      ...counts,
      maxReplicaCount: max,
      triggers: [...found.triggers.map((named) => triggerDocument(named, workload.metadata.name)), ...found.crons],
      ...(fallback !== undefined && { fallback }),
      advanced: {
        ...(found.modifiers !== undefined && { scalingModifiers: found.modifiers }),
        horizontalPodAutoscalerConfig: { behavior: behaviorOf(autoscale.at('behavior'), max) },
      },
    },
  };
  return remarks.about([...authentications, document]);
}

function triggerDocument({ name, trigger, metricType, isResource }: NamedTrigger, owner: string): object {
  return {
    type: trigger.type,
    // KEDA hands CPU and memory to the HPA. Their names have no effect.
    ...(!isResource && { name }),
    ...(metricType !== undefined && { metricType }),
    metadata: trigger.metadata,
    ...(trigger.added.length > 0 && { authenticationRef: { name: nameFor(owner, name) } }),
  };
}

/** The values that a trigger may not contain, or that the environment has. */
function authenticationOf(
  { name, trigger }: NamedTrigger,
  metadata: { readonly name: string; readonly namespace?: string },
  { fields }: Source,
  remarks: Remarks,
): readonly object[] {
  if (trigger.added.length === 0) return [];
  const own = nameFor(metadata.name, name);
  const signal = fields.at('autoscale', 'signals', name);
  const [secrets, variables] = [true, false].map((isSecret) =>
    trigger.added.filter((each) => each.isSecret === isSecret),
  );
  if (secrets !== undefined && secrets.length > 0) {
    const keys = secrets.map(({ parameter }) => parameter).join(', ');
    remarks.warn(signal, `needs the Secret ${own} with the keys ${keys}. Their values are not copied`);
  }
  if (variables !== undefined && variables.length > 0) {
    const names = variables.map(({ value }) => value.slice(2, -1)).join(', ');
    remarks.warn(signal, `reads ${names} from the environment of the scaled pods, as KEDA does`);
  }
  return [
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { ...metadata, name: own },
      spec: {
        ...(secrets?.length && {
          secretTargetRef: secrets.map(({ parameter }) => ({ parameter, name: own, key: parameter })),
        }),
        ...(variables?.length && {
          env: variables.map(({ parameter, value }) => ({ parameter, name: value.slice(2, -1) })),
        }),
      },
    },
  ];
}

function nameFor(owner: string, signal: string): string {
  return `${owner}-${signal}`.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-');
}

/** Whole seconds, at least one. */
function pollingInterval(interval: Fields): number {
  const milliseconds = parseDuration(interval.optionalText() ?? '15s') ?? 15_000;
  return Math.max(1, Math.round(milliseconds / 1000));
}

/** KEDA falls back at the failure after `failureThreshold`. */
function fallbackOf(fallback: Fields, least: number): object | undefined {
  if (!fallback.isPresent) return undefined;
  const after = fallback.at('after');
  const failureThreshold = (after.isPresent ? after.whole() : 3) - 1;
  const capacity = fallback.at('capacity').take() ?? 'hold';
  if (typeof capacity === 'number') return { failureThreshold, replicas: capacity };
  if (typeof capacity === 'object' && 'atLeast' in capacity) {
    return { failureThreshold, replicas: capacity.atLeast, behavior: 'currentReplicasIfHigher' };
  }
  if (typeof capacity === 'object' && 'atMost' in capacity) {
    return { failureThreshold, replicas: capacity.atMost, behavior: 'currentReplicasIfLower' };
  }
  return { failureThreshold, replicas: least, behavior: 'currentReplicas' };
}
