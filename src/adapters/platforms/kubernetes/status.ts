/** What a scaled object says about its size, its ready units and its status. */
import { z } from 'zod';
import type { ResourceStatus } from '../../../domain/scale/capacity.js';
import { valueInWords } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import { valueAtPath } from '../../net/json.js';

export const scaleSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  // The API server leaves out a zero.
  spec: z.looseObject({ replicas: z.int().min(0).default(0) }).prefault({}),
  status: z.looseObject({ replicas: z.int().min(0).default(0) }).prefault({}),
});

export const objectSchema = z.looseObject({
  metadata: z.object({ generation: z.int().optional(), deletionTimestamp: z.string().optional() }),
  status: z
    .looseObject({
      // Argo Rollouts writes it as text, and before its version 1.0 as a hash, which says nothing.
      observedGeneration: z.coerce.number().optional().catch(undefined),
      readyReplicas: z.int().optional(),
      phase: z.string().optional().catch(undefined),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional() }))
        .default([]),
    })
    .prefault({}),
});

/** An object that includes the fields of its scale. The API server adds the defaults of missing fields. */
export const wholeSchema = objectSchema.extend({
  spec: z.object({ replicas: z.int().min(0) }),
  status: objectSchema.shape.status
    .unwrap()
    .extend({ replicas: z.int().min(0).default(0) })
    .prefault({}),
});

export type Scale = Pick<z.output<typeof scaleSchema>, 'spec' | 'status'>;
export type ScaledObject = z.output<typeof objectSchema>;

/**
 * The object is active if at least the requested number of replicas is ready. During a rollout, there are more pods than
 * requested.
 */
export function statusOf(scale: Scale, { metadata, status }: ScaledObject, ready: number | undefined): ResourceStatus {
  if (metadata.deletionTimestamp !== undefined) return 'FAILED';
  const { generation = 0 } = metadata;
  const { observedGeneration = generation } = status;
  const isReady = ready === undefined || ready >= scale.spec.replicas;
  return observedGeneration >= generation && isReady ? 'ACTIVE' : 'STARTING';
}

/**
 * A stuck rollout is reported, and does not prevent scaling: the ready replicas may be too few or too many for the load.
 * The phase is that of an Argo Rollout.
 */
export function rolloutOf({ status }: ScaledObject): Record<string, string> {
  const progress = status.conditions.find(({ type }) => type === 'Progressing');
  const isStuck = progress?.status === 'False' && progress.reason === 'ProgressDeadlineExceeded';
  if (isStuck) return { rollout: 'stuck: its progress deadline is exceeded' };
  return status.phase === 'Paused' || status.phase === 'Degraded' ? { rollout: status.phase.toLowerCase() } : {};
}

/**
 * The number of ready units. Undefined if the object does not report it.
 * @param ready the setting: a path, or `none`.
 * @throws AdapterError if there is no number at the path.
 */
export function readyOf(
  scale: Scale,
  object: ScaledObject,
  { ready, apiVersion }: { readonly ready?: string | undefined; readonly apiVersion: string },
): number | undefined {
  if (ready === 'none') return undefined;
  if (ready !== undefined) return unitsAt(object, ready);
  return object.status.readyReplicas ?? (leavesOutZero(apiVersion) ? 0 : scale.status.replicas);
}

/**
 * The controllers of `apps` and of Argo Rollouts leave out a zero. An object of another kind may not report ready
 * replicas. For such an object, the existing replicas count as ready.
 */
function leavesOutZero(apiVersion: string): boolean {
  return apiVersion === 'apps/v1' || apiVersion.startsWith('argoproj.io/');
}

/** Controllers leave out a zero. */
function unitsAt(object: ScaledObject, path: string): number {
  const value = valueAtPath(object, path) ?? 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new AdapterError(
    'malformed',
    `the object has ${valueInWords(value)} at ${path}, which is not a number of units`,
  );
}
