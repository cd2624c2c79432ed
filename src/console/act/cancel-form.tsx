/** Cancels the run in progress. */
import type { FormProps } from './action.js';
import { RequestProblem } from './fields.js';
import { Outcome } from './outcome.js';
import { useRequest } from './request.js';

export function CancelForm({ row, path, close }: FormProps) {
  const sent = useRequest<unknown>();
  if (sent.answer !== null) {
    return (
      <Outcome title="The run is being cancelled" close={close}>
        <p class="quiet">It confirms a change that is in progress and keeps its cooldown.</p>
      </Outcome>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        sent.send(`${path}/scale`, { method: 'DELETE' });
      }}
    >
      <div class="preview">
        <h3>What will happen</h3>
        <p class="sentence">
          The run to {row.target ?? 'its target'} sends no further change. The capacity stays at{' '}
          {row.capacity ?? 'what it is'}, or at what a change in progress makes it.
        </p>
        {row.isAutoscaled && (
          <p class="quiet">The policies may start another run at their next evaluation. A pause prevents this.</p>
        )}
      </div>
      <RequestProblem problem={sent.problem} />
      <div class="sheet-actions">
        <button type="submit" class="primary" disabled={sent.isSending}>
          Cancel the run
        </button>
        <button type="button" onClick={close}>
          Keep it
        </button>
      </div>
    </form>
  );
}
