/** What the description of an Auto Scaling group says about its capacity. */
import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import type { Observation, ResourceStatus } from '../../../domain/scale/capacity.js';
import type { PlatformContext } from '../platform.js';

export type KnownGroup = AutoScalingGroup & { readonly DesiredCapacity: number };

/**
 * The capacity is the desired capacity. `ready` counts the healthy instances in service, in the unit of the desired
 * capacity. Instances in standby, and those of a warm pool, are not in service: they do not count toward the desired
 * capacity for AWS either.
 */
export function observationOf(group: KnownGroup, askedAtMs: number): Observation {
  const ready = readyIn(group);
  return {
    capacity: group.DesiredCapacity,
    status: statusOf(group, ready),
    ...(ready !== undefined && { ready }),
    observedAtMs: askedAtMs,
    ...(suspendedIn(group).includes('Terminate') && {
      holdsScaleIn: 'the process Terminate of the group is suspended: the group does not terminate instances',
    }),
    details: detailsOf(group),
  };
}

/** What a person should know that prevents no change. */
export function notesOn(group: KnownGroup, bounds: PlatformContext['bounds']): string[] {
  return [...noteOnSuspended(group), ...noteOnProtection(group), ...noteOnUnit(group), ...notesOnLimits(group, bounds)];
}

/** Undefined where the group counts in a unit that its instances do not state. */
function readyIn(group: KnownGroup): number | undefined {
  const weights = instancesOf(group)
    .filter(({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy')
    .map(({ WeightedCapacity }) =>
      WeightedCapacity === undefined && !countsOtherUnit(group) ? 1 : Number(WeightedCapacity),
    );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Number.isSafeInteger(sum) ? sum : undefined;
}

/**
 * More than the desired capacity is `ACTIVE`: a group whose instances have weights may exceed it, and so may one whose
 * instances are protected from scale-in.
 */
function statusOf(group: KnownGroup, ready: number | undefined): ResourceStatus {
  // AWS sets this field only while it deletes the group.
  if (group.Status) return 'FAILED';
  const isComplete = ready === undefined ? !isLaunching(group) : ready >= group.DesiredCapacity;
  return isComplete ? 'ACTIVE' : 'STARTING';
}

function isLaunching(group: KnownGroup): boolean {
  return instancesOf(group).some(({ LifecycleState = '' }) => LifecycleState.startsWith('Pending'));
}

/** The desired capacity counts vCPUs or memory, and not instances or weights. */
function countsOtherUnit({ DesiredCapacityType: unit = 'units' }: AutoScalingGroup): boolean {
  return unit !== 'units';
}

function hasWeights(group: KnownGroup): boolean {
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  return [...overrides, ...instancesOf(group)].some(({ WeightedCapacity }) => WeightedCapacity !== undefined);
}

function instancesOf({ Instances }: AutoScalingGroup): readonly Instance[] {
  return Instances ?? [];
}

function suspendedIn({ SuspendedProcesses }: AutoScalingGroup): string[] {
  return (SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []);
}

function detailsOf(group: KnownGroup): Record<string, string> {
  const suspended = suspendedIn(group);
  return {
    group: group.AutoScalingGroupName ?? '',
    limits: `MinSize ${group.MinSize}, MaxSize ${group.MaxSize}`,
    instances: countsByState(instancesOf(group)),
    ...(suspended.length > 0 && { suspended: suspended.join(', ') }),
    ...(group.Status && { groupStatus: group.Status }),
  };
}

/** `InService 3, Pending 1`. */
function countsByState(instances: readonly Instance[]): string {
  const counts = new Map<string, number>();
  for (const { LifecycleState, HealthStatus } of instances) {
    const state = `${LifecycleState ?? 'unknown'}${HealthStatus === 'Unhealthy' ? ' (unhealthy)' : ''}`;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].map(([state, count]) => `${state} ${count}`).join(', ') || 'none';
}

function noteOnSuspended(group: KnownGroup): string[] {
  const effects: Readonly<Record<string, string>> = {
    Launch: 'launches no instances',
    Terminate: 'terminates no instances, and policies do not scale in',
  };
  return suspendedIn(group).flatMap((process) => {
    const effect = effects[process];
    return effect === undefined
      ? []
      : [`the process ${process} of the group is suspended: the group ${effect}. Resume it with resume-processes`];
  });
}

function noteOnProtection(group: KnownGroup): string[] {
  const instances = instancesOf(group);
  const count = instances.filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn === true).length;
  const ofNew = group.NewInstancesProtectedFromScaleIn === true ? ', and new instances will be' : '';
  if (count === 0 && ofNew === '') return [];
  return [
    `${count} of ${instances.length} instances are protected from scale-in${ofNew}: the group keeps these instances when the capacity falls`,
  ];
}

function noteOnUnit(group: KnownGroup): string[] {
  if (countsOtherUnit(group)) return [`the capacity of the group counts ${group.DesiredCapacityType}, not instances`];
  return hasWeights(group)
    ? ['the instances of the group have weights: the capacity counts weights, not instances']
    : [];
}

function notesOnLimits({ MinSize = 0, MaxSize = Infinity }: KnownGroup, bounds: PlatformContext['bounds']): string[] {
  if (!bounds) return [];
  const { min, max } = bounds;
  const above = max === null || max > MaxSize;
  return [
    ...(above
      ? [`MaxSize of the group is ${MaxSize}: it refuses a capacity above that, and max is ${max ?? 'not set'}`]
      : []),
    ...(min < MinSize
      ? [`MinSize of the group is ${MinSize}: it refuses a capacity below that, and min is ${min}`]
      : []),
  ];
}
