/** `fallback`, in all of its behaviors. */
import type { Fields } from '../fields.js';
import type { Notes } from './notes.js';

type Capacity = number | 'hold' | { readonly atLeast: number } | { readonly atMost: number };

interface Circumstances {
  readonly notes: Notes;
  /** The target of `scalingModifiers`, as written. */
  readonly modifierTarget: string | undefined;
  readonly hasResourceTriggers: boolean;
  readonly hasValueTriggers: boolean;
}

/** @returns the section `fallback`, if KEDA applies it. */
export function fallbackOf(fallback: Fields, circumstances: Circumstances) {
  if (!fallback.isPresent) return undefined;
  const { notes, modifierTarget } = circumstances;
  const threshold = fallback.at('failureThreshold');
  const after = (threshold.isPresent ? threshold.whole() : 0) + 1;
  const replicas = fallback.at('replicas').whole();
  const behavior = fallback.at('behavior').optionalText() ?? 'static';
  const capacity = capacityOf(behavior, replicas, fallback);
  if (modifierTarget !== undefined && !/^[1-9]\d*(?:\.0*)?$/.test(modifierTarget)) {
    notes.warn(
      fallback.place,
      'is left out: KEDA does not apply it either, because scalingModifiers.target is not a whole number',
    );
    return undefined;
  }
  if (circumstances.hasResourceTriggers) {
    notes.warn(fallback.place, 'also applies here if CPU or memory cannot be measured. In KEDA it does not');
  }
  if (circumstances.hasValueTriggers) {
    notes.warn(fallback.place, 'also applies to metricType Value. Older versions of KEDA ignored it there');
  }
  if (behavior === 'scalingModifiers') {
    notes.warn(
      fallback.at('behavior').place,
      `is scalingModifiers: ?? uses its second side at the first failure of a trigger, and not after ${after} of them. fallback applies where all sides fail`,
    );
  }
  return { after, capacity };
}

function capacityOf(behavior: string, replicas: number, fallback: Fields): Capacity {
  switch (behavior) {
    case 'static':
    case 'scalingModifiers':
      return replicas;
    case 'currentReplicas':
      return 'hold';
    case 'currentReplicasIfHigher':
      return { atLeast: replicas };
    case 'currentReplicasIfLower':
      return { atMost: replicas };
    default:
      throw fallback
        .at('behavior')
        .invalid('is not static, currentReplicas, currentReplicasIfHigher, currentReplicasIfLower or scalingModifiers');
  }
}
