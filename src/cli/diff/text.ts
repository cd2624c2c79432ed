/** The diff as text. */
import { styled } from '../remote/output.js';
import { columns } from '../terminal.js';
import type { Change } from './changes.js';
import { type Action, type Diff, type ResourceDiff, wouldChange } from './diff.js';

/** @param isWide also shows the resources that do not change. */
export function diffText(diff: Diff, isWide = false): string {
  const shown = diff.filter((each) => isWide || each.action !== 'unchanged');
  return [...shown.flatMap(linesOf), summary(diff)].join('\n');
}

const marks = {
  new: styled('green', '+'),
  changed: styled('yellow', '~'),
  removed: styled('red', '-'),
  unnamed: ' ',
  unchanged: ' ',
} as const satisfies Record<Action, string>;

function linesOf(compared: ResourceDiff): string[] {
  const { action, settings, inForce, changes, note } = compared;
  const facts = [
    ...(action === 'new' || action === 'unchanged' ? [settings] : []),
    ...(inForce === null || action === 'unchanged' ? [] : [`in force: ${inForce}`]),
    ...(note === null ? [] : [`note: ${note}`]),
  ];
  return [
    `${marks[action]} ${styled('bold', compared.resource)}: ${words[action]}`,
    ...facts.map((line) => `    ${line}`),
    ...columns(changes.map(cells)).map((line) => `    ${line}`),
  ];
}

const words = {
  new: 'new',
  changed: 'changed',
  removed: 'removed',
  unnamed: 'not in this configuration; it keeps running (--prune removes it)',
  unchanged: 'unchanged',
} as const satisfies Record<Action, string>;

function cells(change: Change): string[] {
  const [from, to] = (['from', 'to'] as const).map((side) => (side in change ? valueText(change[side]) : 'not set'));
  return [change.setting, `${from} → ${to}`];
}

function valueText(value: unknown): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function summary(diff: Diff): string {
  if (diff.length === 0) return 'Nothing is autoscaled.';
  const counts = (['new', 'changed', 'removed', 'unnamed', 'unchanged'] as const).flatMap((action) => {
    const count = diff.filter((each) => each.action === action).length;
    return count === 0 ? [] : [`${count} ${action === 'unnamed' ? 'not in this configuration' : action}`];
  });
  return `${diff.some(wouldChange) ? '' : 'Nothing would change: '}${counts.join(', ')}.`;
}
