/** Prints what `escapement tune` has found for a person. */
import { durationText } from '../../domain/written/duration.js';
import { columns } from '../terminal.js';
import type { SettingsRow, TuneAnswer } from './tune-answer.js';

/** Of a longer front, rows at even distances are printed, and those that an objective picks. */
const mostRows = 12;

export function renderTuning(answer: TuneAnswer): string {
  const { resource, recordedSeconds, evaluations, trials, numbers, warnings, settings, picked } = answer;
  const rows = shownRows(settings);
  const isClosedLoop = settings.some(({ largestBacklog }) => largestBacklog !== null);
  const hidden = settings.length - rows.length;
  const found = picked.isBetter
    ? `For ${picked.objective} (${picked.definition}):`
    : `Nothing better than the settings in force was found for ${picked.objective} (${picked.definition}).`;
  return [
    `${resource}: ${durationText(recordedSeconds * 1000)} of recorded time, ${counted(evaluations, 'evaluation')}, ${counted(numbers.length, 'number')}, ${counted(trials, 'trial')}.`,
    '',
    ...columns([headOf(isClosedLoop), ...rows.map((row) => cellsOf(row, isClosedLoop))]),
    ...(hidden > 0 ? [`and ${hidden} more with -o json`] : []),
    '',
    ...warnings.map((warning) => `warning: ${warning}`),
    ...outermost(settings, answer),
    ...(warnings.length > 0 ? [''] : []),
    found,
    ...(picked.yaml === null ? [] : ['', picked.yaml]),
    ...(picked.isBetter ? ['Before you use it, backtest it on the recording of another day.'] : []),
    '',
  ].join('\n');
}

function shownRows(settings: readonly SettingsRow[]): readonly SettingsRow[] {
  if (settings.length <= mostRows) return settings;
  const step = (settings.length - 1) / (mostRows - 1);
  const even = new Set(Array.from({ length: mostRows }, (_, index) => Math.round(index * step)));
  return settings.filter((row, index) => even.has(index) || row.isInForce || row.pickedFor.length > 0);
}

function headOf(isClosedLoop: boolean): string[] {
  return ['', 'unit hours', 'below need for', 'changes', 'capacity', ...(isClosedLoop ? ['backlog'] : []), 'settings'];
}

function cellsOf(row: SettingsRow, isClosedLoop: boolean): string[] {
  const names = [...(row.isInForce ? ['in force'] : []), ...row.pickedFor];
  return [
    names.join(', '),
    row.unitHours.toFixed(2),
    `${row.belowNeedSeconds} s`,
    String(row.changes),
    `${row.minCapacity} to ${row.maxCapacity}`,
    ...(isClosedLoop ? [row.largestBacklog?.toFixed(0) ?? '-'] : []),
    row.changed.map(({ field, to }) => `${field.replace(/^autoscale\./, '')}: ${to}`).join(', '),
  ];
}

/** The best value may lie beyond those that were tried. */
function outermost(settings: readonly SettingsRow[], { picked, isComplete, trials }: TuneAnswer): string[] {
  const row = settings.find(({ pickedFor }) => pickedFor.includes(picked.objective));
  const fields = (row?.changed ?? [])
    .filter(({ isOutermost }) => isOutermost)
    .map(({ field, to }) => `${field}: ${to}`);
  return [
    ...(fields.length === 0
      ? []
      : [`note: ${fields.join(', ')}: no value beyond was tried. With this one in force, tune again to go on.`]),
    ...(isComplete ? [] : [`note: the search ended after ${counted(trials, 'trial')}. A larger --max may find more.`]),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
