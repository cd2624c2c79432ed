/** The triggers of a ScaledObject, and the HPA that KEDA makes of them, as signals and policies. */
import type { Fields } from '../fields.js';
import { signalNames } from '../signal-names.js';
import type { Comment, Manifest } from '../importer.js';
import { schedulesOf } from './cron.js';
import { expressionOf } from './formula.js';
import type { Notes } from './notes.js';
import { isFloor, isSignal, type ReadTrigger } from './read-trigger.js';
import type { Measured } from './triggers/trigger.js';

type Written = Readonly<Record<string, unknown>>;

interface Activity {
  readonly value: string;
  /** Active above it. */
  readonly atOrBelow: number;
  /** The largest activation value of a trigger. */
  readonly highest: number;
}

interface Autoscaled {
  readonly signals: Written;
  readonly policies: readonly Written[];
  readonly comments: readonly Comment[];
  /** What keeps the units awake. Null: KEDA takes triggers for always active. */
  readonly activity: Activity | null;
  /** False: a trigger was not carried over, so that it is not known whether there is work. */
  readonly isComplete: boolean;
}

interface Named {
  readonly trigger: ReadTrigger;
  readonly measured: Measured;
  readonly name: string;
  readonly other: string;
  /** The value of the metric as an expression. */
  readonly value: string;
}

export function autoscaledOf(
  triggers: readonly ReadTrigger[],
  modifiers: Fields,
  notes: Notes,
  commentAt: Manifest['commentAt'],
): Autoscaled {
  const named = namesOf(triggers);
  const external = named.filter(({ trigger }) => trigger.kind === 'external');
  const resources = named.filter(({ trigger }) => trigger.kind === 'resource');
  const floors = triggers.flatMap(({ result }) => (isFloor(result) ? [result] : []));
  const isUsingModifiers = modifiers.at('formula').isPresent;
  const composite = isUsingModifiers ? compositeOf(modifiers, external, triggers, notes) : undefined;
  const separate = isUsingModifiers ? resources : named;
  const used = [...(composite?.used ?? []), ...separate];
  const schedules = isUsingModifiers ? [] : schedulesOf(floors);
  const isComplete =
    triggers.every(({ result }) => isFloor(result) || isSignal(result)) &&
    (!isUsingModifiers || composite !== undefined);
  return {
    signals: Object.fromEntries(used.flatMap(signalsOf)),
    policies: [...(composite?.policies ?? []), ...separate.map(policyOf), ...schedules],
    comments: separate.map(({ trigger }, index) => ({
      path: ['autoscale', 'policies', index + (composite?.policies.length ?? 0)],
      above: commentAt(trigger.field.path),
    })),
    activity: triggers.every(({ kind }) => kind === 'resource') ? null : (composite?.activity ?? activityOf(external)),
    isComplete,
  };
}

function namesOf(triggers: readonly ReadTrigger[]): readonly Named[] {
  const measured = triggers.flatMap((trigger) =>
    isSignal(trigger.result) ? [{ trigger, measured: trigger.result }] : [],
  );
  const wanted = measured.flatMap(({ trigger, measured: { name, other } }) => {
    const own = trigger.name ?? name;
    return [own, `${own}_${other?.ending ?? ''}`];
  });
  const names = signalNames(wanted);
  return measured.map((each, index) => {
    const [name = '', other = ''] = names.slice(2 * index, 2 * index + 2);
    return { ...each, name, other, value: each.measured.value?.(name, other) ?? name };
  });
}

function signalsOf({
  measured: { signal, other: second },
  name,
  other,
}: Named): readonly (readonly [string, Written])[] {
  return [[name, signal], ...(second === undefined ? [] : [[other, second.signal] as const])];
}

function policyOf({ trigger, measured, value }: Named): Written {
  const target = thousandths(measured.target, trigger.field);
  return trigger.isValue || trigger.kind === 'resource'
    ? { type: 'utilization', value, target }
    : { type: 'perUnit', value, target, tolerance: '10%' };
}

/** Targets have three decimals in KEDA. */
function thousandths(target: number, field: Fields): number {
  const rounded = Math.round(target * 1000) / 1000;
  if (rounded > 0) return rounded;
  throw field.invalid('has a target that is not above 0');
}

function compositeOf(
  modifiers: Fields,
  external: readonly Named[],
  triggers: readonly ReadTrigger[],
  notes: Notes,
): { used: readonly Named[]; policies: readonly Written[]; activity: Activity } | undefined {
  const formula = modifiers.at('formula').text();
  const target = numberIn(modifiers.at('target'));
  const atOrBelow = modifiers.at('activationTarget').isPresent ? numberIn(modifiers.at('activationTarget')) : 0;
  const isValue = modifiers.at('metricType').optionalText() === 'Value';
  const unknown = triggers.filter(({ kind, result }) => kind !== 'resource' && !isSignal(result));
  if (unknown.length > 0) {
    notes.drop(
      modifiers.place,
      'the formula',
      'it needs a trigger that was not carried over, or one of cron, which is no signal',
    );
    return undefined;
  }
  const values = new Map(
    external.map(({ trigger, value, name }) => [trigger.name ?? '', value === name ? name : `(${value})`]),
  );
  const signals = external.flatMap(signalsOf).map(([name]) => name);
  const expression = expressionOf(formula, values, signals);
  if (typeof expression !== 'string') {
    notes.drop(modifiers.at('formula').place, expression.what, expression.why);
    return undefined;
  }
  const names = new Set(expression.match(/[A-Za-z_]\w*/g));
  for (const { trigger, name } of external.filter((each) => !names.has(each.name))) {
    notes.warn(trigger.field.place, `has no effect: the formula does not use ${trigger.name ?? name}`);
  }
  const rounded = thousandths(target, modifiers.at('target'));
  notes.warn(
    modifiers.at('formula').place,
    'has a target of its own. Targets and activation values of the triggers have no effect in KEDA either',
  );
  return {
    used: external.filter(({ name }) => names.has(name)),
    policies: [
      isValue
        ? { type: 'utilization', value: expression, target: rounded }
        : { type: 'perUnit', value: expression, target: rounded, tolerance: '10%' },
    ],
    activity: { value: expression, atOrBelow, highest: atOrBelow },
  };
}

function numberIn(field: Fields): number {
  const value = Number(field.text());
  if (Number.isFinite(value)) return value;
  throw field.invalid('is not a number');
}

/** Any active trigger is enough. A cron trigger is active while its window is open, which `idle` knows by itself. */
function activityOf(external: readonly Named[]): Activity {
  const active = external.map(({ measured, name, other }) => ({
    value: measured.isActiveByOther === true ? other : name,
    above: measured.activation,
  }));
  const [first, ...others] = active;
  const highest = Math.max(0, ...active.map(({ above }) => above));
  if (first === undefined) return { value: '0', atOrBelow: 0, highest };
  if (others.length === 0) return { value: first.value, atOrBelow: first.above, highest };
  const value =
    highest === 0
      ? active.map((each) => each.value).join(' + ')
      : `(${active.map((each) => `${each.value} > ${each.above}`).join(' || ')}) ? 1 : 0`;
  return { value, atOrBelow: 0, highest };
}
