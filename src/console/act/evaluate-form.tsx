/** Runs the policies now instead of at the end of their interval. */
import type { FormProps } from './action.js';
import { RequestProblem } from './fields.js';
import { Outcome } from './outcome.js';
import { useRequest } from './request.js';

export function EvaluateForm({ path, close }: FormProps) {
  const sent = useRequest<unknown>();
  if (sent.answer !== null) {
    return (
      <Outcome title="The policies are evaluated now" close={close}>
        <p class="quiet">The result appears under “Why” as soon as it is made.</p>
      </Outcome>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        sent.send(`${path}/evaluate`, { method: 'POST' });
      }}
    >
      <div class="preview">
        <h3>What will happen</h3>
        <p class="sentence">
          The signals are sampled and the policies evaluated now, instead of at the end of their interval.
        </p>
        <p class="quiet">The capacity changes only if the policies and their limits say so.</p>
      </div>
      <RequestProblem problem={sent.problem} />
      <div class="sheet-actions">
        <button type="submit" class="primary" disabled={sent.isSending}>
          Evaluate now
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </form>
  );
}
