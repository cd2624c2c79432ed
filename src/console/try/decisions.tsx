/** What the edited policy would have decided, in words, newest first. */
import { useState } from 'preact/hooks';
import type { BacktestAnswer } from '../api/answers.js';
import { fullTime, inZone, moment } from '../clock.js';
import { Icon } from '../parts/icon.js';

const fewest = 12;

export function Decisions({
  trace,
  isEdited,
}: {
  readonly trace: BacktestAnswer['tried'];
  readonly isEdited: boolean;
}) {
  const [hasAll, setAll] = useState(false);
  const decisions = trace.decisions.map((each, index, all) => ({ ...each, before: all[index - 1]?.target ?? null }));
  const newest = decisions.toReversed();
  const shown = hasAll ? newest : newest.slice(0, fewest);
  return (
    <section aria-labelledby="decided">
      <h2 id="decided">What the {isEdited ? 'edited policy' : 'policy in force'} would have decided</h2>
      <ol class="timeline">
        {shown.map(({ at, target, before, reason }) => (
          <li key={at} class="event">
            <time dateTime={at} title={fullTime(Date.parse(at))}>
              {moment(Date.parse(at))}
            </time>
            <Icon shape={before === null ? 'observing' : target > before ? 'up' : 'down'} />
            <p class="event-text">
              <strong>{before === null ? target : `${before} → ${target}`}</strong>{' '}
              <span class="quiet">{inZone(reason)}</span>
            </p>
          </li>
        ))}
      </ol>
      {shown.length < newest.length && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show all {newest.length}
        </button>
      )}
    </section>
  );
}
