/** What happened, newest first: decisions of the autoscaler and changes of the run, each with its reason. */
import { useState } from 'preact/hooks';
import type { DecisionsAnswer, ResourceRow, SeriesAnswer } from '../api/answers.js';
import { fullTime, inZone, moment } from '../clock.js';
import { Icon, type Shape } from '../parts/icon.js';
import { Chain } from './chain.js';
import { eventsOf, type TimelineEvent } from './timeline-events.js';

interface TimelineProps {
  readonly row: ResourceRow;
  readonly decisions: DecisionsAnswer['decisions'];
  readonly changes: SeriesAnswer['changes'];
}

const firstShown = 12;

export function Timeline({ row, decisions, changes }: TimelineProps) {
  const events = eventsOf(row, decisions, changes);
  const [most, setMost] = useState(firstShown);
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      {events.length === 0 && <p class="quiet">Nothing has happened yet.</p>}
      <ol class="timeline">
        {events.slice(0, most).map((event) => (
          <Event key={event.key} event={event} />
        ))}
      </ol>
      {events.length > most && (
        <button type="button" class="more" onClick={() => setMost(events.length)}>
          Show all {events.length}
        </button>
      )}
    </section>
  );
}

function Event({ event }: { readonly event: TimelineEvent }) {
  const { atMs, title, detail, shape, tone, evaluation } = event;
  return (
    <li class={`event ${tone}`}>
      <time title={fullTime(atMs)} dateTime={new Date(atMs).toISOString()}>
        {moment(atMs)}
      </time>
      <Icon shape={shape satisfies Shape} />
      <div class="event-text">
        <p>
          <strong>{title}</strong> <span class="quiet">{inZone(detail)}</span>
        </p>
        {evaluation && (
          <details>
            <summary>Samples, policies and limits</summary>
            <Chain evaluation={evaluation} />
          </details>
        )}
      </div>
    </li>
  );
}
