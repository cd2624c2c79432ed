/** Keeps a capacity for a time, whatever the policies recommend, or gives the resource back to them. */
import { useState } from 'preact/hooks';
import { untilText } from '../phase.js';
import type { FormProps } from './action.js';
import { CapacityField, RequestProblem, wholeNumber } from './fields.js';
import { Outcome } from './outcome.js';
import { Preview, refusalIn, usePreview } from './preview.js';
import { useRequest } from './request.js';
import { initialUntil, UntilField } from './until-field.js';

function inWords(capacity: number | undefined, until: string | null | undefined): string {
  if (capacity === undefined) return 'Enter a whole number of units.';
  if (until === undefined) return 'Choose when the override ends.';
  const end = until === null ? ' until a person removes the override' : untilText(until);
  return `The capacity is kept at ${capacity}${end}, whatever the policies recommend.`;
}

interface OverriddenAnswer {
  readonly override: { readonly capacity: number; readonly until: string | null } | null;
}

export function OverrideForm({ row, path, close }: FormProps) {
  const { min, max } = row.bounds;
  const [text, setText] = useState(String(row.override?.capacity ?? row.capacity ?? min));
  const [until, setUntil] = useState<string | null | undefined>(initialUntil);
  const [isBeyond, setIsBeyond] = useState(false);
  const sent = useRequest<OverriddenAnswer>();
  const capacity = wholeNumber(text);
  const body =
    capacity === undefined || until === undefined
      ? null
      : { capacity, ...(until !== null && { until }), ...(isBeyond && { beyondBounds: true }) };
  const previewed = usePreview(`${path}/override/preview`, body);
  const isRefused = refusalIn(previewed) !== null;
  const remove = () => sent.send(`${path}/override`, { method: 'DELETE' });
  const isOutside = capacity !== undefined && (capacity < min || (max !== null && capacity > max));

  if (sent.answer) {
    const { override } = sent.answer;
    return override ? (
      <Outcome
        key="set"
        title={`Kept at ${override.capacity}${untilText(override.until)}`}
        undo={{ label: 'Undo: remove the override', act: remove }}
        close={close}
      >
        <p class="quiet">Steps and cooldowns still apply on the way there.</p>
      </Outcome>
    ) : (
      <Outcome key="removed" title="The policies decide again" close={close} />
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (body) sent.send(`${path}/override`, { method: 'PUT', body });
      }}
    >
      {row.override && (
        <p class="standing">
          Kept at {row.override.capacity}
          {untilText(row.override.until)}.
          <button type="button" onClick={remove}>
            Remove the override
          </button>
        </p>
      )}
      <CapacityField
        id="override"
        label="Capacity to keep"
        value={text}
        onChange={setText}
        hint={`Now ${row.capacity ?? 'not known'}, between ${min} and ${max ?? 'any number'}.`}
        isInvalid={isRefused}
      />
      {(isOutside || isBeyond) && (
        <label class="choice">
          <input
            type="checkbox"
            checked={isBeyond}
            onChange={({ currentTarget }) => setIsBeyond(currentTarget.checked)}
          />
          Allow a capacity outside the bounds, for maintenance
        </label>
      )}
      <UntilField onChange={setUntil} />
      <Preview {...previewed} otherwise={inWords(capacity, until)} />
      <RequestProblem problem={sent.problem} />
      <div class="sheet-actions">
        <button type="submit" class="primary" disabled={body === null || isRefused || sent.isSending}>
          Keep at {capacity ?? '…'}
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </form>
  );
}
