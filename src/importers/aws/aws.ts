/** What the AWS CLI describes of Application Auto Scaling: targets, policies, alarms and scheduled actions. */
import { uniqueNames } from '../alias.js';
import type { Fields } from '../fields.js';
import type { Comment, Imported, ImportedResource, Importer, Manifest, Unsupported, Warning } from '../importer.js';
import { alarmsOf } from './alarms.js';
import { combined } from './combine.js';
import { describedIn, readOutputs, type Described } from './documents.js';
import { limitsOf } from './pace.js';
import type { Part } from './part.js';
import { partsOf } from './policies.js';
import { scheduleOf } from './schedule.js';
import { targetOf } from './target.js';
import { isTrue, leftIn, numberIn, targetKey, type Remarks } from './values.js';

export const aws: Importer = {
  kind: 'aws-application-autoscaling',
  summary:
    'what the AWS CLI describes of Application Auto Scaling: scalable targets, scaling policies, alarms, scheduled actions',
  read: readOutputs,
  convert,
};

interface Result extends Remarks {
  /** Absent: nothing of the target was carried over. */
  readonly converted?: Converted;
}

interface Converted {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The names that AWS has, beside the policies and the windows. */
  readonly comments: readonly Comment[];
}

function convert(manifests: readonly Manifest[]): Imported {
  const described = describedIn(manifests);
  const keys = described.ScalableTargets.map(targetKey);
  const results = described.ScalableTargets.map((target, index): Result =>
    keys.indexOf(keys[index] ?? '') < index ? again(target) : convertTarget(target, described),
  );
  const converted = results.flatMap((result) => result.converted ?? []);
  const aliases = uniqueNames(converted);
  const resources = converted.map(({ fields }, index): ImportedResource => ({
    alias: aliases[index] ?? '',
    fields,
    comments: converted[index]?.comments ?? [],
  }));
  const documents = [
    ...described.ScalableTargets,
    ...described.ScalingPolicies,
    ...described.MetricAlarms,
    ...described.ScheduledActions,
  ];
  const orphans = orphansIn(described, keys);
  const left = documents.map(leftIn);
  return {
    resources,
    warnings: [
      ...described.warnings,
      ...results.flatMap(({ warnings }) => warnings),
      ...orphans.warnings,
      ...left.flatMap(({ warnings }) => warnings),
      ...(resources.length === 0 ? [] : always),
    ],
    unsupported: [
      ...described.unsupported,
      ...results.flatMap(({ unsupported }) => unsupported),
      ...orphans.unsupported,
      ...left.flatMap(({ unsupported }) => unsupported),
    ],
  };
}

const always: readonly Warning[] = [
  {
    path: '',
    message:
      'Deregister the scalable target before Escapement scales it: aws application-autoscaling deregister-scalable-target. Two autoscalers of one resource undo the changes of each other.',
  },
  {
    path: '',
    message:
      'Within a cooldown, AWS adds what a larger need asks for beyond the previous change. Escapement waits for the end of the cooldown. The cooldown of a scale-in counts from the last change in either direction.',
  },
  {
    path: '',
    message:
      'A missing datapoint neither counts nor restarts the count of datapoints. After a scale-out, the next one needs as many new datapoints. A capacity outside of min and max is corrected at the next evaluation.',
  },
];

function again(target: Fields): Remarks {
  target.take();
  const why = 'the same target occurs earlier in the input, and was taken from there';
  return { warnings: [], unsupported: [{ path: target.place.trim(), what: 'the whole target', why }] };
}

function convertTarget(target: Fields, described: Described): Result {
  const key = targetKey(target);
  const found = targetOf(target);
  const own = (list: 'ScalingPolicies' | 'ScheduledActions') =>
    described[list].filter((document) => targetKey(document) === key);
  const policies = own('ScalingPolicies');
  const actions = own('ScheduledActions');
  if (!('platform' in found)) {
    for (const document of [target, ...policies, ...actions]) document.take();
    return { warnings: [], unsupported: [{ path: target.place.trim(), ...found }] };
  }
  const suspended = target.at('SuspendedState');
  const isSuspended = (field: string) => isTrue(suspended.at(field));
  const bounds = { min: numberIn(target.at('MinCapacity')), max: numberIn(target.at('MaxCapacity')) };
  if (bounds.max < bounds.min) throw target.at('MaxCapacity').invalid('is below MinCapacity');
  const { parts, ...said } = partsOf(policies, {
    resourceId: target.at('ResourceId').text(),
    defaultCooldown: found.defaultCooldown,
    alarms: described.MetricAlarms,
  });
  const schedule = scheduleOf(actions, bounds, isSuspended('ScheduledScalingSuspended'));
  const limits = limitsOf(parts, {
    out: isSuspended('DynamicScalingOutSuspended'),
    in: isSuspended('DynamicScalingInSuspended'),
  });
  const isStuck = schedule.min === 0 && isStuckAtZero(parts) && !schedule.raises;
  const min = isStuck ? 1 : schedule.min;
  const { signals, policies: capacities, names, ...remarks } = combined(withRegion(parts, found.region), min);
  const all = [...capacities, ...schedule.policies];
  const autoscale = {
    interval: limits.interval,
    ...(capacities.length > 0 && { signals }),
    policies: all,
    ...(limits.behavior !== undefined && { behavior: limits.behavior }),
  };
  return {
    converted: {
      name: found.name,
      namespace: found.cluster,
      comments: [
        ...names.map((name, index) => ({ path: ['autoscale', 'policies', index], ...name })),
        ...schedule.names.map(({ path: [policy, window], after }) => ({
          path: ['autoscale', 'policies', names.length + policy, 'windows', window],
          after,
        })),
      ],
      fields: {
        platform: found.platform,
        min,
        max: Math.max(schedule.max, min),
        cooldown: limits.cooldown,
        ...(all.length > 0 && { autoscale }),
      },
    },
    warnings: [
      ...said.warnings,
      ...schedule.warnings,
      ...(schedule.isSet.min ? [setBySchedule(target.at('MinCapacity'), 'min')] : []),
      ...(schedule.isSet.max ? [setBySchedule(target.at('MaxCapacity'), 'max')] : []),
      ...(limits.behavior !== undefined && schedule.policies.length > 0 ? [delayed(target)] : []),
    ],
    unsupported: [
      ...said.unsupported,
      ...remarks.unsupported,
      ...limits.unsupported,
      ...schedule.unsupported,
      ...(isStuck ? [stuckAtZero(target)] : []),
    ],
  };
}

/** The metrics are in the region of the target. */
function withRegion(parts: readonly Part[], region: string | undefined): readonly Part[] {
  if (region === undefined) return parts;
  return parts.map((part) => ({
    ...part,
    signal: { ...part.signal, settings: { ...part.signal.settings, region } },
  }));
}

/** A share of zero units is zero, so only a step by a number of units leaves zero. */
function isStuckAtZero(parts: readonly Part[]): boolean {
  const raises = parts.some(
    (part) => part.type === 'steps' && part.bands.some((band) => typeof band['add'] === 'number' || 'atLeast' in band),
  );
  return parts.some(({ type }) => type === 'tracking') && !raises;
}

function stuckAtZero(target: Fields): Unsupported {
  return {
    path: target.at('MinCapacity').place,
    what: 'MinCapacity: 0',
    why: 'at zero, a share of the capacity is zero, so that target tracking would never scale out again. min is 1. To scale to zero, add idle: with a value that measures work, and write min: 0',
  };
}

function setBySchedule(field: Fields, bound: 'min' | 'max'): Warning {
  const extreme = bound === 'min' ? 'smallest' : 'largest';
  return {
    path: field.place,
    message: `is that of the last scheduled action. ${bound} is the ${extreme} one of all scheduled actions`,
  };
}

function delayed(target: Fields): Warning {
  return {
    path: target.place.trim(),
    message:
      'has scheduled actions, which AWS applies at once. Here a bound of a schedule goes through behavior and cooldown: it takes effect when the window of that direction has passed, and not in a direction that is Disabled',
  };
}

/** Documents that belong to no target of the input. */
function orphansIn(described: Described, keys: readonly string[]): Remarks {
  const lost = [...described.ScalingPolicies, ...described.ScheduledActions].filter(
    (document) => !keys.includes(targetKey(document)),
  );
  const used = new Set(described.ScalingPolicies.flatMap((policy) => alarmsOf(policy, described.MetricAlarms)));
  const idle = described.MetricAlarms.filter((alarm) => !used.has(alarm));
  for (const document of [...lost, ...idle]) document.take();
  return {
    warnings: idle.map((alarm) => ({
      path: alarm.place.trim(),
      message: 'is ignored: no policy of the input uses it',
    })),
    unsupported: lost.map((document) => ({
      path: document.place.trim(),
      what: 'the whole document',
      why: 'its scalable target is not in the input. Add the output of: aws application-autoscaling describe-scalable-targets',
    })),
  };
}
