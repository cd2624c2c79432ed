/** Why the capacity is what it is: from the samples, over what each policy recommends and each limit, to what is done now. */
import type { AutoscaleAnswer, EvaluationAnswer, ResourceRow } from '../api/answers.js';
import { clockTime, countdown, fullTime, inZone, useNow } from '../clock.js';
import { Chain } from './chain.js';

export function Why({ answer, row }: { readonly answer: AutoscaleAnswer; readonly row: ResourceRow }) {
  const { evaluation, problem, notice } = answer;
  return (
    <section aria-labelledby="why">
      <h2 id="why">Why {evaluation?.target ?? row.target ?? 'nothing yet'}</h2>
      {notice !== null && row.attention.length === 0 && <p class="notice needy">{notice}</p>}
      {problem && (
        <p class="notice needy">
          {problem.message} (since {clockTime(Date.parse(problem.since))})
        </p>
      )}
      {evaluation ? (
        <Explanation evaluation={evaluation} />
      ) : (
        <p class="quiet">The policies have not been evaluated yet.</p>
      )}
    </section>
  );
}

function Explanation({ evaluation }: { readonly evaluation: EvaluationAnswer }) {
  const atMs = Date.parse(evaluation.at);
  return (
    <>
      <Chain evaluation={evaluation} />
      <p class="reason">
        {inZone(evaluation.reason)} <Next evaluation={evaluation} />
      </p>
      <p class="quiet small">
        Evaluated at <time title={fullTime(atMs)}>{clockTime(atMs)}</time>
      </p>
    </>
  );
}

function Next({ evaluation: { next } }: { readonly evaluation: EvaluationAnswer }) {
  const now = useNow();
  if (!next) return null;
  const waitMs = Date.parse(next.notBefore) - now;
  const when = waitMs > 0 ? `in ${countdown(waitMs)}` : 'now';
  const rest = next.changes > 1 ? `; ${next.changes} changes, there at ${clockTime(Date.parse(next.reachedAt))}` : '';
  return (
    <strong>
      Next: {next.capacity} {when}
      {rest}.
    </strong>
  );
}
