/** Tries a policy: its text, and what it would have done on the recorded signals, beside the policy in force. */
import { useEffect, useState } from 'preact/hooks';
import { useAnswer } from '../api/answer-of.js';
import type { PolicyAnswer, ResourceRow } from '../api/answers.js';
import { connection } from '../api/connection.js';
import { FleetFeed } from '../api/fleet-feed.js';
import { isTokenWanted } from '../api/token.js';
import { usePaced } from '../paced.js';
import { ProblemNotice } from '../parts/notice.js';
import { NotLive } from '../parts/top-bar.js';
import { Link, resourcePlace } from '../router.js';
import { useStore } from '../store.js';
import { useBacktest } from './backtest.js';
import type { Schema } from './complete.js';
import { Decisions } from './decisions.js';
import { useDraft } from './draft.js';
import { PolicyEditor } from './policy-editor.js';
import { Results } from './results.js';

export function TryPage({ resource }: { readonly resource: string }) {
  const [feed] = useState(() => new FleetFeed({ resource }));
  useEffect(() => {
    feed.start();
    return () => feed.stop();
  }, [feed]);
  useEffect(() => {
    document.title = `Try a policy - ${resource} - Escapement`;
  }, [resource]);
  const { rows, refused } = useStore(feed.fleet);
  const isStale = useStore(connection).state === 'down';
  const isTokenMissing = useStore(isTokenWanted);
  const row = rows?.find((each) => each.resource === resource);
  if (isTokenMissing && !row) return null;
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumbs">
        <Link to="">Resources</Link> <span aria-hidden="true">/</span>{' '}
        <Link to={resourcePlace(resource)}>{resource}</Link> <span aria-hidden="true">/</span>{' '}
        <span class="quiet">Try a policy</span>
      </nav>
      <h1>Try a policy for {resource}</h1>
      <p class="quiet">
        The policy runs on the signals that were recorded. Nothing is applied from here, and nothing is sent.
      </p>
      <NotLive />
      {refused && <ProblemNotice problem={refused} />}
      {row && (row.isAutoscaled ? <Trial row={row} isStale={isStale} /> : <NotAutoscaled resource={resource} />)}
      {!row && refused === null && !isStale && <p class="quiet">Loading</p>}
    </>
  );
}

function NotAutoscaled({ resource }: { readonly resource: string }) {
  return (
    <div class="empty">
      <h2>{resource} is not autoscaled</h2>
      <p>
        It scales on request, so there is no policy, and no signals are recorded. Write <code>autoscale:</code> below
        the resource in the configuration to add a policy.
      </p>
      <p>
        <Link to={resourcePlace(resource)}>Back to {resource}</Link>
      </p>
    </div>
  );
}

/** More is recorded every minute. */
const computeAgainMs = 30_000;

function Trial({ row, isStale }: { readonly row: ResourceRow; readonly isStale: boolean }) {
  const path = `/v1/resources/${encodeURIComponent(row.resource)}`;
  const policy = useAnswer<PolicyAnswer>(`${path}/policy`, null);
  const schema = useAnswer<Schema>('/v1/schemas/autoscale', null, { cache: 'default' });
  if (!policy.answer) {
    return policy.problem && policy.problem.status !== null ? (
      <ProblemNotice problem={policy.problem} />
    ) : (
      <p class="quiet">Loading the policy</p>
    );
  }
  return <TrialOf row={row} isStale={isStale} path={path} policy={policy.answer} schema={schema.answer} />;
}

interface TrialProps {
  readonly row: ResourceRow;
  readonly isStale: boolean;
  readonly path: string;
  readonly policy: PolicyAnswer;
  readonly schema: Schema | null;
}

function TrialOf({ row, isStale, path, policy, schema }: TrialProps) {
  const draft = useDraft(row.resource, policy.autoscale);
  const { answer, problem, text } = useBacktest(`${path}/backtest`, draft.text, usePaced(row, computeAgainMs));
  const isOfThisText = text === draft.text;
  // A problem of an earlier text stays until the API has answered, so that it does not flicker while someone types.
  const isOld = isStale || !isOfThisText || problem !== null;
  return (
    <>
      <div class="try">
        <PolicyEditor
          policy={policy}
          draft={draft}
          problem={problem}
          schema={schema}
          signals={Object.keys(answer?.signals ?? {})}
        />
        <Results answer={answer} problem={problem} isStale={answer !== null && isOld} bounds={row.bounds} />
      </div>
      {answer && (
        <div class={isOld ? 'stale' : ''}>
          <Decisions trace={answer.tried} isEdited={draft.isEdited} />
        </div>
      )}
    </>
  );
}
