/** Stops scaling by policies for a time, or resumes it. */
import { useState } from 'preact/hooks';
import { untilText } from '../phase.js';
import type { FormProps } from './action.js';
import { RequestProblem } from './fields.js';
import { Outcome } from './outcome.js';
import { useRequest } from './request.js';
import { initialUntil, UntilField } from './until-field.js';

type Direction = 'both' | 'up' | 'down';

const directions: readonly { readonly value: Direction; readonly label: string }[] = [
  { value: 'both', label: 'in both directions' },
  { value: 'up', label: 'scaling out' },
  { value: 'down', label: 'scaling in' },
];

function inWords(direction: Direction, until: string | null | undefined, capacity: number | null): string {
  if (until === undefined) return 'Choose when the pause ends.';
  const how = { both: 'do not scale', up: 'do not scale out', down: 'do not scale in' }[direction];
  const policies = `The policies ${how}${until === null ? ' until a person resumes them' : untilText(until)}`;
  if (capacity === null) return `${policies}.`;
  const rest = { both: ', or at what a change in progress makes it', up: ' or below it', down: ' or above it' };
  return `${policies}: the capacity stays at ${capacity}${rest[direction]}.`;
}

interface PausedAnswer {
  readonly pause: { readonly direction: Direction; readonly until: string | null } | null;
}

export function PauseForm({ row, path, close }: FormProps) {
  const [direction, setDirection] = useState<Direction>(row.pause?.direction ?? 'both');
  const [until, setUntil] = useState<string | null | undefined>(initialUntil);
  const sent = useRequest<PausedAnswer>();
  const body = until === undefined ? null : { direction, ...(until !== null && { until }) };
  const resume = () => sent.send(`${path}/pause`, { method: 'DELETE' });

  if (sent.answer) {
    const { pause } = sent.answer;
    return pause ? (
      <Outcome
        key="paused"
        title={`Paused${untilText(pause.until)}`}
        undo={{ label: 'Undo: resume', act: resume }}
        close={close}
      />
    ) : (
      <Outcome key="resumed" title="The policies scale again" close={close} />
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (body) sent.send(`${path}/pause`, { method: 'PUT', body });
      }}
    >
      {row.pause && (
        <p class="standing">
          Paused{untilText(row.pause.until)}
          {row.pause.reason !== null && `: ${row.pause.reason}`}.
          <button type="button" onClick={resume}>
            Resume now
          </button>
        </p>
      )}
      <fieldset class="field">
        <legend>The policies do not scale</legend>
        <div class="choices">
          {directions.map(({ value, label }) => (
            <label key={value} class="choice">
              <input type="radio" name="direction" checked={direction === value} onChange={() => setDirection(value)} />
              {label}
            </label>
          ))}
        </div>
      </fieldset>
      <UntilField onChange={setUntil} />
      <div class="preview" aria-live="polite">
        <h3>What will happen</h3>
        <p class="sentence">{inWords(direction, until, row.capacity)}</p>
        <p class="quiet">A run that the policies have started ends after the step that is in progress.</p>
      </div>
      <RequestProblem problem={sent.problem} />
      <div class="sheet-actions">
        <button type="submit" class="primary" disabled={body === null || sent.isSending}>
          Pause{untilText(until ?? null)}
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </form>
  );
}
