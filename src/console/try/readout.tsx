/** Both policies and the signals at the moment of the cursor; without one, at the end. It is also the legend. */
import { fullTime, moment } from '../clock.js';
import { numberOrNoData } from '../number.js';
import type { TriedColumns } from './columns.js';

const lines = ['capacity', 'target'] as const;

export function TriedReadout({ columns, index }: { readonly columns: TriedColumns; readonly index: number | null }) {
  const { times, inForce, tried, signals } = columns;
  const at = index ?? times.length - 1;
  const atMs = (times[at] ?? 0) * 1000;
  const groups = [
    { name: 'in force', values: inForce },
    { name: 'edited', values: tried },
  ];
  return (
    <figcaption class="readout try-readout" aria-live="polite">
      <time class="readout-time" title={fullTime(atMs)}>
        {moment(atMs)}
      </time>
      {groups.map(({ name, values }) => (
        <span key={name} class="readout-group">
          {name}
          {lines.map((line) => (
            <span key={line} class={`readout-value line-${line}`}>
              {line} <strong>{numberOrNoData(values[line][at])}</strong>
            </span>
          ))}
        </span>
      ))}
      {Object.entries(signals).map(([name, column]) => (
        <span key={name} class="readout-value line-signal">
          {name} <strong>{numberOrNoData(column[at])}</strong>
        </span>
      ))}
    </figcaption>
  );
}
