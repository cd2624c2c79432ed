/** One policy of the Nomad Autoscaler, as the sections `autoscale:` and `cooldown:`. */
import { durationText } from '../../domain/written/duration.js';
import type { Fields } from '../fields.js';
import { signalNames } from '../signal-names.js';
import type { Agent } from './agent.js';
import { durationOf, optional, optionalText } from './blocks.js';
import { type Check, checksOf, isSameSignal, type Lost, schedule, takeWindow } from './checks.js';
import { type Converted, isSupported, strategyOf, unusedSettings } from './strategies.js';
import { overlap, thresholdOf } from './threshold.js';

interface Note {
  readonly field: Fields;
  readonly message: string;
}

interface Autoscale {
  readonly cooldown: unknown;
  /** Absent, if no check is supported. */
  readonly autoscale?: Readonly<Record<string, unknown>>;
  readonly leavesZero: boolean;
  readonly warnings: readonly Note[];
  readonly lost: readonly Lost[];
}

export function autoscaleOf(policy: Fields, agent: Agent, min: number): Autoscale {
  const intervalMs = optional(policy.at('evaluation_interval'), durationOf) ?? agent.intervalMs;
  const { checks, lost } = checksOf(policy, agent);
  const supported = checks.filter(isSupported);
  const names = namesOf(supported);
  const sets = setsOf(supported);
  const converted = sets.map(([first, others]) => strategyOf(first, others, names.get(first) ?? '', min));
  const behavior = behaviorOf(
    sets.map(([check]) => check),
    converted,
    intervalMs,
  );
  const cooldown = cooldownOf(policy, agent);
  const errors = policy.at('on_check_error');
  const windows = supported.map(takeWindow);
  return {
    cooldown: cooldown.value,
    ...(converted.length > 0 && {
      autoscale: {
        interval: durationText(intervalMs),
        signals: signalsOf(supported, names),
        policies: converted.map((each) => each.policy),
        ...behavior.fields,
      },
    }),
    leavesZero: converted.length === 0 || converted.some(({ leavesZero }) => leavesZero),
    warnings: [
      ...cooldown.warnings,
      ...[errors, ...windows.map((window) => window.errors)]
        .filter((field) => optionalText(field) !== undefined)
        .map((field) => ({ field, message: onErrors })),
      ...windows
        .filter(({ window }, index) => window.isPresent && supported[index]?.strategy !== 'threshold')
        .map(({ window }) => ({ field: window, message: newestOfWindow })),
      ...supported
        .filter(({ strategy }) => strategy === 'threshold')
        .map(({ settings }) => ({ field: settings.at('within_bounds_trigger'), message: onePoint })),
    ],
    lost: [
      ...lost,
      ...checks.filter((check) => !isSupported(check)).map(unsupportedStrategy),
      ...(policy.at('schedule').isPresent ? [schedule(policy.at('schedule'))] : []),
      ...sets.flatMap(([first, others]) => alone(first, others, supported)),
      ...behavior.lost,
      ...supported.flatMap(unusedSettings),
    ],
  };
}

const onErrors =
  'has no place here: a check without data blocks scaling in, and the other checks may still scale out. Nomad does nothing at all if a query fails';

const newestOfWindow = 'has no place here: Nomad uses the newest point of the window, and a query returns that';

const onePoint =
  'has no place here: the newest value decides. Nomad decides if so many points of the query window (5 of 60, one a second, by default) are within the bounds';

/** One name for each signal: that of its first check. */
function namesOf(checks: readonly Check[]): ReadonlyMap<Check, string> {
  const firstOf = (check: Check) => checks.find((other) => isSameSignal(check, other)) ?? check;
  const firsts = checks.filter((check) => check.signal !== undefined && firstOf(check) === check);
  const names = signalNames(firsts.map(({ name }) => name));
  return new Map(checks.map((check) => [check, names[firsts.indexOf(firstOf(check))] ?? '']));
}

function signalsOf(checks: readonly Check[], names: ReadonlyMap<Check, string>) {
  return Object.fromEntries(
    checks.flatMap((check) => (check.signal === undefined ? [] : [[names.get(check) ?? '', check.signal] as const])),
  );
}

type Set = readonly [first: Check, others: readonly Check[]];

/** Thresholds of one group on one signal, whose bands do not overlap, are one policy. Every other check is its own. */
function setsOf(checks: readonly Check[]): readonly Set[] {
  const taken: Check[] = [];
  return checks.flatMap((check): readonly Set[] => {
    if (taken.includes(check)) return [];
    const others = checks.filter((other) => other !== check && isTogether(check, other));
    const bands = [check, ...others].filter(({ strategy }) => strategy === 'threshold').map(thresholdOf);
    const isClear = bands.every((one, index) => bands.slice(index + 1).every((other) => !overlap(one, other)));
    if (!isClear) return [[check, []]];
    taken.push(...others);
    return [[check, others]];
  });
}

function isTogether(one: Check, other: Check): boolean {
  const isThreshold = one.strategy === 'threshold' && other.strategy === 'threshold';
  return isThreshold && one.group !== '' && one.group === other.group && isSameSignal(one, other);
}

/** A group whose checks could not become one policy. */
function alone(first: Check, others: readonly Check[], all: readonly Check[]): readonly Lost[] {
  const rest = all.filter(({ group }) => first.group !== '' && group === first.group);
  if (rest.length <= 1 + others.length) return [];
  const why =
    'in a group, a check that has nothing to do does not keep the others from scaling in. Here it does, because only thresholds on one query, whose bounds do not overlap, are one policy';
  return [{ field: first.fields.at('group'), what: `the group ${first.group}`, why }];
}

function unsupportedStrategy(check: Check): Lost {
  check.fields.take();
  const why = 'Escapement has no such strategy. The capacity does not follow the check';
  return { field: check.fields, what: `the strategy ${check.strategy}`, why };
}

/** Limits of one evaluation. They are of the resource here, and of a check there. */
function behaviorOf(checks: readonly Check[], converted: readonly Converted[], intervalMs: number) {
  const [up, down] = (['up', 'down'] as const).map((direction) => {
    const limits = converted.map(({ limits: { [direction]: limit } }) => limit);
    const setting = direction === 'up' ? 'max_scale_up' : 'max_scale_down';
    const fields = checks.map(({ settings }) => settings.at(setting)).filter(({ isPresent }) => isPresent);
    const largest = limits.includes(undefined) ? undefined : Math.max(...limits.map((limit) => limit ?? 0));
    return { largest, isAlike: limits.every((limit) => limit === limits[0]), setting, fields };
  });
  // Shorter than an interval, so that the limit is that of one evaluation.
  const periodSeconds = Math.min(1800, Math.max(1, Math.floor(intervalMs / 2000)));
  const rules = (limit: number | undefined) =>
    limit === 0 ? { selectPolicy: 'Disabled' } : { policies: [{ type: 'Pods', value: limit, periodSeconds }] };
  const behavior = {
    ...(up?.largest !== undefined && { scaleUp: rules(up.largest) }),
    ...(down?.largest !== undefined && { scaleDown: rules(down.largest) }),
  };
  return {
    fields: Object.keys(behavior).length === 0 ? {} : { behavior },
    lost: [up, down].flatMap((side) =>
      side === undefined || side.isAlike
        ? []
        : side.fields.map((field) => ({
            field,
            what: side.setting,
            why: `a limit applies to all checks of a resource. The largest is used, and none if a check has none`,
          })),
    ),
  };
}

/** In Nomad the direction of the last change chooses between the two, and here that of the next. */
function cooldownOf(policy: Fields, agent: Agent): { readonly value: unknown; readonly warnings: readonly Note[] } {
  const cooldownMs = optional(policy.at('cooldown'), durationOf) ?? agent.cooldownMs;
  const upMs = optional(policy.at('cooldown_on_scale_up'), durationOf) ?? cooldownMs;
  const text = durationText(cooldownMs);
  if (upMs === cooldownMs) return { value: text, warnings: [] };
  const message =
    'is the time after which units may be added again. After a change in the other direction, Nomad waits for the cooldown of that change, and Escapement for that of the next';
  return {
    value: { up: durationText(upMs), down: text },
    warnings: [{ field: policy.at('cooldown_on_scale_up'), message }],
  };
}
