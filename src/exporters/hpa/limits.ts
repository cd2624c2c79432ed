/** The object that Kubernetes scales, and the limits of a resource that no autoscaler of Kubernetes has. */
import { durationText } from '../../domain/written/duration.js';
import type { Remarks, Source } from '../exporter.js';

interface Workload {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly reference: { readonly apiVersion: string; readonly kind: string; readonly name: string };
}

/** @returns undefined if the resource is not on Kubernetes. */
export function workloadOf({ fields, config, alias }: Source, remarks: Remarks): Workload | undefined {
  const platform = fields.at('platform');
  if (config.platform.type !== 'kubernetes') {
    fields.take();
    const why = 'an autoscaler of Kubernetes scales only objects of Kubernetes';
    remarks.drop(platform, `the whole resource, on the platform ${config.platform.type}`, why);
    return undefined;
  }
  // `platform: kubernetes` is short for the mapping.
  if (platform.peek() !== undefined) platform.take();
  platform.at('type').take();
  const name = platform.at('name').optionalText() ?? alias;
  const namespace = platform.at('namespace').optionalText();
  for (const field of ['kubeconfig', 'context', 'ready']) {
    if (!platform.at(field).isPresent) continue;
    platform.at(field).take();
    remarks.warn(platform.at(field), 'is left out: it says how Escapement reads the object');
  }
  return {
    metadata: { name: objectName(alias), ...(namespace !== undefined && { namespace }) },
    reference: {
      apiVersion: platform.at('apiVersion').optionalText() ?? 'apps/v1',
      kind: platform.at('kind').optionalText() ?? 'Deployment',
      name,
    },
  };
}

/** A valid name of an object: `shop.web` stays, `Web_1` is `web-1`. */
function objectName(alias: string): string {
  return alias
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}

/** `step`, `cooldown` and `dryRun`. */
export function checkChanges(
  { fields, config }: Source,
  remarks: Remarks,
): { readonly min: number; readonly max: number } {
  const { min, max, step, cooldownMs, dryRun } = config.settings;
  fields.at('min').take();
  fields.at('max').take();
  fields.at('step').take();
  fields.at('cooldown').take();
  fields.at('dryRun').take();
  if (step.up !== null || step.down !== null) {
    remarks.drop(fields.at('step'), 'the size of a step', 'write a policy of behavior with the type Pods');
  }
  for (const [direction, cooldown] of Object.entries(cooldownMs)) {
    if (cooldown === 0) continue;
    remarks.drop(
      fields.at('cooldown'),
      `the cooldown ${direction} of ${durationText(cooldown)}`,
      'an HPA has no cooldown after a change. It has windows and rates, in behavior',
    );
  }
  if (dryRun) remarks.drop(fields.at('dryRun'), 'dryRun: true', 'the exported autoscaler makes changes');
  return { min, max: max ?? min };
}
