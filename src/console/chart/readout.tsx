/** Everything at the moment of the cursor; without one, now. It is also the legend. */
import type { SeriesAnswer } from '../api/answers.js';
import { fullTime, inZone, moment } from '../clock.js';
import { numberOrNoData } from '../number.js';
import { capacityLines, type Columns } from './columns.js';

interface ReadoutProps {
  readonly columns: Columns;
  readonly index: number | null;
  readonly changes: SeriesAnswer['changes'];
}

export function Readout({ columns: { times, capacity, signals }, index, changes }: ReadoutProps) {
  const at = index ?? times.length - 1;
  const atMs = (times[at] ?? 0) * 1000;
  const change = changes.findLast((each) => Date.parse(each.at) <= atMs + 500);
  return (
    <figcaption class="readout" aria-live="polite">
      <time class="readout-time" title={fullTime(atMs)}>
        {index === null ? 'now' : moment(atMs)}
      </time>
      {capacityLines
        .filter((line) => isKnown(capacity[line]))
        .map((line) => (
          <span key={line} class={`readout-value line-${line}`}>
            {line} <strong>{numberOrNoData(capacity[line][at])}</strong>
          </span>
        ))}
      {Object.entries(signals).map(([name, column]) => (
        <span key={name} class="readout-value line-signal">
          {name} <strong>{numberOrNoData(column[at])}</strong>
        </span>
      ))}
      <span class="readout-change quiet small cut">
        {change &&
          `${change.from} → ${change.to} at ${moment(Date.parse(change.at))}${change.reason === null ? '' : `: ${inZone(change.reason)}`}`}
      </span>
    </figcaption>
  );
}

/** Most platforms do not report how many units are ready, and some resources have no maximum. */
function isKnown(column: readonly (number | null)[]): boolean {
  return column.some((value) => value !== null);
}
