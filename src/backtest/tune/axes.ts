/** The numbers of a resource that a search may vary, and the values that it tries for each. */
import { formatPath, type Path, valueAt, withValueAt } from '../../config/file/path.js';
import { autoscaleSettingsSchema } from '../../domain/autoscale/settings.js';
import { type AutoscaleSpec, compileAutoscale } from '../../domain/autoscale/spec.js';
import { definitionOf } from '../../domain/policies/registry.js';
import type { TunableNumber } from '../../domain/policies/policy.js';
import { durationText } from '../../domain/written/duration.js';

/** What a spec is compiled from. */
export type Tuned = Pick<AutoscaleSpec, 'settings' | 'limits'>;

export interface Axis {
  /** The fields of the number, within `Tuned`. */
  readonly paths: readonly Path[];
  /** In ascending order. One of them is in force. */
  readonly values: readonly number[];
  /** The index of the value in force. */
  readonly inForce: number;
}

/** A number that differs from the one in force, in the form of escapement.yaml. */
export interface ChangedNumber {
  /** Within the resource. */
  readonly path: Path;
  /** Null: not set. */
  readonly from: WrittenNumber | null;
  readonly to: WrittenNumber;
  /** Whether `to` is the lowest or the highest value that the search tries. */
  readonly isOutermost: boolean;
}

type WrittenNumber = string | number;

export function axesOf({ settings, limits }: Tuned): Axis[] {
  const policies = settings.policies.flatMap((policy, index) =>
    (definitionOf(policy).tunable?.(policy) ?? []).map((number) => ({
      ...number,
      paths: number.paths.map((path): Path => ['settings', 'policies', index, ...path]),
    })),
  );
  const pace = directions.flatMap(({ direction, rules }) => [
    ...number(
      ['settings', 'behavior', rules, 'stabilizationWindowSeconds'],
      'seconds',
      settings.behavior[rules]?.stabilizationWindowSeconds,
    ),
    ...number(['limits', 'step', direction], 'units', limits.step[direction]),
    ...number(['limits', 'cooldownMs', direction], 'milliseconds', limits.cooldownMs[direction]),
  ]);
  return [...policies, ...pace].flatMap(({ paths, value, unit }) => (value > 0 ? [axis(paths, value, unit)] : []));
}

const directions = [
  { direction: 'up', rules: 'scaleUp' },
  { direction: 'down', rules: 'scaleDown' },
] as const;

type Unit = TunableNumber['unit'] | 'seconds' | 'milliseconds';

function number(path: Path, unit: Unit, value: number | null | undefined) {
  return value === null || value === undefined ? [] : [{ paths: [path], unit, value }];
}

function axis(paths: readonly Path[], value: number, unit: Unit): Axis {
  const around = [...new Set(valuesAround(value, unit))].filter((each) => each > 0 && each !== value);
  const values = [...around, value].toSorted((one, other) => one - other);
  return { paths, values, inForce: values.indexOf(value) };
}

const loadFactors = [0.5, 0.65, 0.8, 0.9, 0.95, 1.05, 1.1, 1.25, 1.5, 2];
const timeFactors = [0.25, 0.5, 0.75, 1.5, 2];

function valuesAround(value: number, unit: Unit): number[] {
  switch (unit) {
    case 'load':
      return loadFactors.map((factor) => rounded(value * factor, Number.isInteger(value)));
    case 'units':
      return [Math.ceil(value / 2), value - 1, value + 1, value + 2, value * 2];
    case 'seconds':
      return timeFactors.map((factor) => Math.round(rounded(value * factor, true)));
    case 'milliseconds':
      return valuesAround(value / 1000, 'seconds').map((seconds) => seconds * 1000);
  }
}

/**
 * Rounds to a number that a person would write, by at most 2.5%: 1234 x 0.8 is 1000, and 105 stays 105.
 * @param isWhole whether a number above 10 is whole.
 */
function rounded(value: number, isWhole: boolean): number {
  const fine = 10 ** Math.floor(Math.log10(value)) / 20;
  const grain = isWhole && value >= 10 ? Math.max(1, fine) : fine;
  return Number((Math.round(value / grain) * grain).toPrecision(6));
}

/** @returns undefined where the schema refuses the combination, such as a `scaleInBelow` above `target`. */
export function specWith(tuned: Tuned, axes: readonly Axis[], choice: readonly number[]): AutoscaleSpec | undefined {
  const changed = changedAxes(axes, choice).reduce<unknown>(
    (root, { paths, value }) => paths.reduce((copy, path) => withValueAt(copy, path, value), root),
    tuned,
  ) as Tuned; // Only numbers were replaced, by numbers.
  const settings = autoscaleSettingsSchema.safeParse(changed.settings);
  return settings.success ? compileAutoscale(settings.data, changed.limits) : undefined;
}

function changedAxes(axes: readonly Axis[], choice: readonly number[]) {
  return axes.flatMap(({ paths, values, inForce }, index) => {
    const chosen = choice[index] ?? inForce;
    const value = values[chosen];
    if (chosen === inForce || value === undefined) return [];
    return [{ paths, value, isOutermost: chosen === 0 || chosen === values.length - 1 }];
  });
}

export function changedNumbers(tuned: Tuned, axes: readonly Axis[], choice: readonly number[]): ChangedNumber[] {
  return changedAxes(axes, choice).flatMap(({ paths, value, isOutermost }) =>
    paths.map((path) => {
      const from = valueAt(tuned, path);
      return {
        path: writtenPath(path),
        from: typeof from === 'number' ? written(path, from) : null,
        to: written(path, value),
        isOutermost,
      };
    }),
  );
}

/** The values of an axis in the form of escapement.yaml, under the name of its first field. */
export function writtenAxis({ paths: [path = []], values, inForce }: Axis) {
  const words = values.map((value) => written(path, value));
  return { field: formatPath(writtenPath(path)), inForce: words[inForce] ?? '', tried: words };
}

/** `settings.policies[0].target` is `autoscale.policies[0].target`, and `limits.cooldownMs.up` is `cooldown.up`. */
function writtenPath([section, field = '', ...rest]: Path): Path {
  if (section === 'settings') return ['autoscale', field, ...rest];
  return [field === 'cooldownMs' ? 'cooldown' : field, ...rest];
}

function written(path: Path, value: number): WrittenNumber {
  return path[1] === 'cooldownMs' ? durationText(value) : value;
}
