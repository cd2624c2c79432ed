/** One ScaledObject as a resource. */
import { formatPath, isMapping, type Path } from '../../config/file/path.js';
import { Fields } from '../fields.js';
import { behaviorIsAbsent } from '../hpa/autoscale.js';
import { behaviorOf } from '../hpa/behavior.js';
import { scaledObject } from '../hpa/scaled-object.js';
import type { Comment, Manifest } from '../importer.js';
import { annotatedOf } from './annotations.js';
import type { Authentication } from './authentication.js';
import { autoscaledOf } from './autoscale.js';
import { boundsOf, countsOf, durationOf } from './bounds.js';
import { fallbackOf } from './fallback.js';
import { Notes } from './notes.js';
import type { Placeholders } from './placeholders.js';
import { readTrigger, type ReadTrigger } from './read-trigger.js';

export interface Converted {
  readonly name: string;
  readonly namespace: string | undefined;
  /** `ScaledObject shop/web` */
  readonly title: string;
  /** Two with the same key scale the same object. */
  readonly target: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly comments: readonly Comment[];
  readonly notes: Notes;
  readonly usedAuthentications: ReadonlySet<Authentication>;
}

export function convertScaledObject(
  { place, value, commentAt }: Manifest,
  authentications: ReadonlyMap<string, Authentication>,
  placeholders: Placeholders,
): Converted {
  const root = new Fields(place, value);
  const name = root.at('metadata', 'name').text();
  const namespace = root.at('metadata', 'namespace').optionalText();
  const title = `ScaledObject ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  const all = new Fields(title, value);
  refuseOther(all, value);
  const notes = new Notes();
  const spec = all.at('spec');
  const reference = spec.at('scaleTargetRef');
  const { platform, workload, key, warnings } = scaledObject(reference, namespace, 'Deployment');
  for (const { path, message } of warnings) {
    if (reference.at('apiVersion').isPresent) notes.warn(`${title} ${formatPath(path)}`, message);
  }
  const container = reference.at('envSourceContainerName').optionalText();
  if (container !== undefined) notes.warn(reference.at('envSourceContainerName').place, ofEnvironment);
  const usedAuthentications = new Set<Authentication>();
  const owner = {
    notes,
    placeholders,
    owner: name,
    container,
    namespace,
    workload,
    authentications,
    usedAuthentications,
  };
  const items = spec.at('triggers').items();
  if (items.length === 0) throw spec.at('triggers').invalid('has no trigger');
  const triggers = items.map((trigger) => readTrigger(trigger, owner));
  const counts = countsOf(spec);
  const { isPaused, isKeptAwake } = annotatedOf(all.at('metadata', 'annotations'), notes);
  const modifiers = spec.at('advanced', 'scalingModifiers');
  const autoscaled = autoscaledOf(triggers, modifiers, notes, commentAt);
  const { activity, isComplete } = autoscaled;
  const { min, idle, leastWithWork } = boundsOf(counts, { notes, spec, activity, isComplete, isKeptAwake });
  if (idle === undefined) reportActivation(triggers, notes);
  const policies = [
    ...autoscaled.policies,
    ...(leastWithWork === undefined ? [] : [{ type: 'fixed', capacity: leastWithWork }]),
  ];
  const fallback = fallbackOf(spec.at('fallback'), {
    notes,
    modifierTarget: modifiers.at('formula').isPresent ? String(modifiers.at('target').take()) : undefined,
    hasResourceTriggers: triggers.some(({ kind }) => kind === 'resource'),
    hasValueTriggers: triggers.some(({ isValue }) => isValue),
  });
  const interval = intervalOf(spec, triggers, idle !== undefined, notes);
  const behavior = spec.at('advanced', 'horizontalPodAutoscalerConfig', 'behavior');
  if (!behavior.isPresent) notes.warn(behavior.place, behaviorIsAbsent);
  const rules = behaviorOf(behavior);
  reportAdvanced(spec, notes);
  if (namespace === undefined) notes.warn(all.at('metadata', 'namespace').place, noNamespace);
  reportLeft(all, title, notes);
  return {
    name,
    namespace,
    title,
    target: key,
    fields: {
      platform,
      min,
      max: counts.max,
      cooldown: '0s',
      ...(isPaused && { dryRun: true }),
      ...((policies.length > 0 || idle !== undefined) && {
        autoscale: {
          interval,
          ...(Object.keys(autoscaled.signals).length > 0 && { signals: autoscaled.signals }),
          policies,
          behavior: rules,
          ...(idle !== undefined && { idle }),
          ...(fallback !== undefined && { fallback }),
        },
      }),
    },
    comments: [
      { path: [], above: commentAt([]) },
      ...(min === counts.min ? [{ path: ['min'], after: commentAt(['spec', 'minReplicaCount']) }] : []),
      { path: ['max'], after: commentAt(['spec', 'maxReplicaCount']) },
      ...(isPaused ? [{ path: ['dryRun'], after: ' paused in KEDA' }] : []),
      ...autoscaled.comments,
    ],
    notes,
    usedAuthentications,
  };
}

const ofEnvironment = 'is left out: it names the container whose environment the parameters ...FromEnv refer to';

/** Activation values matter only for the step from and to zero. */
function reportActivation(triggers: readonly ReadTrigger[], notes: Notes): void {
  const parameters = triggers.flatMap(({ kind, field }) => (kind === 'external' ? field.at('metadata').entries() : []));
  for (const [, field] of parameters.filter(([name]) => name.startsWith('activation'))) {
    notes.warn(field.place, 'is left out: it has an effect only on the step from and to zero');
  }
}

const noNamespace =
  'is not set. The namespace of the context of the kubeconfig applies, or that of the pod of Escapement';

function refuseOther(all: Fields, value: unknown): void {
  for (const field of ['apiVersion', 'kind']) all.at(field).take();
  for (const field of ['name', 'namespace']) all.at('metadata', field).take();
  const version = isMapping(value) ? value['apiVersion'] : undefined;
  if (version !== 'keda.sh/v1alpha1') throw all.at('apiVersion').invalid('is not keda.sh/v1alpha1');
  if (all.at('spec', 'scaleTargetRef').isPresent) return;
  throw all
    .at('spec', 'scaleTargetRef')
    .invalid('is missing. If it is a patch of Kustomize, render it first: kustomize build ./overlay > keda.yaml');
}

/** The HPA reads each metric every 15 s. KEDA reads them every `pollingInterval` for the step from and to zero. */
const ofHpa = 15;

function intervalOf(spec: Fields, triggers: readonly ReadTrigger[], hasIdle: boolean, notes: Notes): string {
  const field = spec.at('pollingInterval');
  const polling = field.isPresent ? field.whole() : 30;
  if (polling < 1) throw field.invalid('must be above 0');
  const external = triggers.filter(({ kind }) => kind === 'external');
  const cached = external.filter(({ isCached }) => isCached);
  if (cached.length > 0 && cached.length === external.length) {
    notes.warn(
      field.place,
      `of ${polling} s is the interval, because all triggers cache their metrics. In KEDA the HPA still acts on the same value every ${ofHpa} s`,
    );
    return durationOf(polling);
  }
  for (const { field: trigger } of cached) {
    notes.warn(
      trigger.at('useCachedMetrics').place,
      `is left out: the signal is read at each interval, as those without a cache`,
    );
  }
  if (hasIdle && polling < ofHpa) return durationOf(polling);
  if (field.isPresent && polling !== ofHpa) {
    const where = hasIdle
      ? 'In KEDA it applies only to the step from and to zero'
      : 'In KEDA it has no effect, because the minimum is above 0';
    notes.warn(field.place, `is left out: the interval is that of the HPA, ${ofHpa} s. ${where}`);
  }
  return durationOf(ofHpa);
}

function reportAdvanced(spec: Fields, notes: Notes): void {
  const name = spec.at('advanced', 'horizontalPodAutoscalerConfig', 'name');
  if (name.isPresent) notes.warn(name.place, `is left out: it is the name of the HPA of KEDA (${name.text()})`);
  const restore = spec.at('advanced', 'restoreToOriginalReplicaCount');
  if (!restore.isPresent || String(restore.take()) !== 'true') return;
  notes.drop(
    restore.place,
    'restoring the replicas',
    'Escapement leaves the capacity as it is when it stops. KEDA restores the replicas when you delete the ScaledObject: set this to false before you do',
  );
}

/** What nothing has read. */
function reportLeft(all: Fields, title: string, notes: Notes): void {
  const left = all.unread();
  const isIdle = ([first]: Path): boolean => first === 'metadata' || first === 'status';
  for (const path of left.filter(isIdle)) {
    const short = path.slice(0, path[0] === 'status' ? 1 : 3);
    notes.warn(`${title} ${formatPath(short)}`, 'is left out: it has no effect on scaling');
  }
  for (const path of left.filter((each) => !isIdle(each))) {
    const isOfTrigger = path[1] === 'triggers' && path[3] === 'metadata';
    const why = isOfTrigger
      ? 'the source for this trigger has no such setting, or does not use it beside the others'
      : 'KEDA has no such field at this place, or does not use it with the other fields';
    notes.drop(`${title} ${formatPath(path)}`, isOfTrigger ? `the parameter ${String(path[4])}` : 'the field', why);
  }
}
