/**
 * The parts of all policies of a target as policies of one `autoscale:`.
 *
 * In AWS each policy acts alone: the largest scale-out applies, and a policy that only scales out has no say in scaling
 * in. Here the largest recommendation applies, and a policy that recommends the current capacity holds it. So a policy
 * that only scales out recommends as little as possible while it has nothing to add.
 */
import type { Band, Part, StepsPart } from './part.js';
import type { Comment } from '../importer.js';
import { signalNames } from '../signal-names.js';
import type { Remarks } from './values.js';

interface Combined extends Remarks {
  readonly signals: Readonly<Record<string, unknown>>;
  readonly policies: readonly Readonly<Record<string, unknown>>[];
  /** The names of the policies in AWS, in the same order, as comments. */
  readonly names: readonly Pick<Comment, 'above' | 'after'>[];
}

/** @param min the minimum of the target: what a policy without a say recommends. */
export function combined(parts: readonly Part[], min: number): Combined {
  const merged = mergeSteps(parts);
  const keys = [...new Set(merged.map(keyOf))];
  const firsts = keys.flatMap((key) => merged.find((part) => keyOf(part) === key) ?? []);
  const names = signalNames(firsts.map(({ signal }) => signal.name));
  const nameOf = (part: Part) => names[keys.indexOf(keyOf(part))] ?? '';
  const scalesIn = merged.some((part) => part.in !== undefined);
  return {
    signals: Object.fromEntries(firsts.map((part) => [nameOf(part), part.signal.settings])),
    policies: merged.map((part) => policyOf(part, nameOf(part), scalesIn && part.in === undefined, min)),
    names: merged.map(({ type, name }) => (type === 'steps' ? { above: ` ${name}` } : { after: ` ${name}` })),
    warnings: [],
    unsupported: disagreements(merged),
  };
}

function keyOf({ signal }: Part): string {
  return JSON.stringify(signal.settings);
}

function policyOf(part: Part, signal: string, isWithoutSay: boolean, min: number) {
  if (part.type === 'tracking') {
    const { target } = part;
    // Below the target, and without data, it recommends nothing.
    const value = isWithoutSay ? `(${signal} ?? 0) > ${target} ? ${signal} : 0` : signal;
    return { type: 'utilization', value, target };
  }
  const { bands, rest, threshold } = part;
  if (!isWithoutSay) return { type: 'steps', value: signal, steps: bands };
  // Missing data counts as 0, which is on the other side of the threshold.
  const value = threshold > 0 && isAbove(rest) ? `${signal} ?? 0` : signal;
  return { type: 'steps', value, steps: [{ ...rest, set: min }, ...bands] };
}

function isAbove(rest: Band): boolean {
  return 'below' in rest || 'atOrBelow' in rest;
}

/** The steps of an alarm above and of an alarm below, on the same metric, are one policy, as a person would write it. */
function mergeSteps(parts: readonly Part[]): readonly Part[] {
  return parts.reduce<readonly Part[]>((merged, part) => {
    const twin = merged.find((other) => part.type === 'steps' && other.type === 'steps' && isOtherSide(part, other));
    if (twin?.type !== 'steps' || part.type !== 'steps') return [...merged, part];
    const both: StepsPart = {
      ...twin,
      name: [...new Set([...twin.name.split(', '), part.name])].join(', '),
      bands: [...twin.bands, ...part.bands].toSorted((one, other) => lowerEnd(one) - lowerEnd(other)),
      out: twin.out ?? part.out,
      in: twin.in ?? part.in,
    };
    return merged.map((other) => (other === twin ? both : other));
  }, []);
}

function isOtherSide(one: StepsPart, other: StepsPart): boolean {
  if (keyOf(one) !== keyOf(other) || isAbove(one.rest) === isAbove(other.rest)) return false;
  const [above, below] = isAbove(one.rest) ? [one, other] : [other, one];
  const [lowest, highest] = [Math.min(...above.bands.map(lowerEnd)), Math.max(...below.bands.map(upperEnd))];
  return (
    lowest > highest ||
    (lowest === highest && above.bands.every((band) => !('atOrAbove' in band && band['atOrAbove'] === highest)))
  );
}

function lowerEnd(band: Band): number {
  return Number(band['atOrAbove'] ?? band['above'] ?? -Infinity);
}

function upperEnd(band: Band): number {
  return Number(band['below'] ?? band['atOrBelow'] ?? Infinity);
}

/** AWS scales in by any step policy. Here all policies that scale in must agree. */
function disagreements(parts: readonly Part[]): Remarks['unsupported'] {
  const voting = parts.filter((part) => part.in !== undefined);
  const steps = voting.filter(({ type }) => type === 'steps');
  if (voting.length < 2 || steps.length === 0) return [];
  return steps.map(({ path }) => ({
    path,
    what: 'scaling in by this policy alone',
    why: 'the resource scales in only if all policies that scale in agree. In AWS a step scaling policy scales in alone',
  }));
}
