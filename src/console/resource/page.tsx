/** One resource: its numbers over time, why it has them, what happened, and what can be done. */
import { useEffect, useState } from 'preact/hooks';
import type { AutoscaleAnswer, DecisionsAnswer, ResourceRow } from '../api/answers.js';
import { useAnswer } from '../api/answer-of.js';
import { connection } from '../api/connection.js';
import { FleetFeed } from '../api/fleet-feed.js';
import { isTokenWanted } from '../api/token.js';
import { ProblemNotice } from '../parts/notice.js';
import { NotLive } from '../parts/top-bar.js';
import { usePaced } from '../paced.js';
import { Link, tryPlace } from '../router.js';
import { useStore } from '../store.js';
import { ChartSection } from './chart-section.js';
import { ConfigurationInForce } from './configuration.js';
import { ResourceHead } from './head.js';
import { Runs } from './runs.js';
import { useSeries } from './series.js';
import { Timeline } from './timeline.js';
import { Why } from './why.js';

export function ResourcePage({ resource }: { readonly resource: string }) {
  const [feed] = useState(() => new FleetFeed({ resource }));
  useEffect(() => {
    feed.start();
    return () => feed.stop();
  }, [feed]);
  useEffect(() => {
    document.title = `${resource} - Escapement`;
  }, [resource]);
  const { rows, refused } = useStore(feed.fleet);
  const isStale = useStore(connection).state === 'down';
  const isTokenMissing = useStore(isTokenWanted);
  const row = rows?.find((each) => each.resource === resource);
  if (isTokenMissing && !row) return null;
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumbs">
        <Link to="">Resources</Link> <span aria-hidden="true">/</span> <span class="quiet">{resource}</span>
      </nav>
      {!row && <h1>{resource}</h1>}
      <NotLive />
      {refused && <ProblemNotice problem={refused} />}
      {row ? (
        <div class={isStale ? 'stale' : ''}>
          <ResourceHead row={row} />
          <Explained row={row} />
        </div>
      ) : (
        refused === null && !isStale && <p class="quiet">Loading</p>
      )}
    </>
  );
}

/** A resource that changes all the time is read again this often. */
const readAgainMs = 1500;

/** Everything below the head. It is read again when the row of the resource has changed. */
function Explained({ row }: { readonly row: ResourceRow }) {
  const path = `/v1/resources/${encodeURIComponent(row.resource)}`;
  const version = usePaced(row, readAgainMs);
  const evaluation = useAnswer<AutoscaleAnswer>(row.isAutoscaled ? `${path}/evaluation` : null, version);
  const decisions = useAnswer<DecisionsAnswer>(row.isAutoscaled ? `${path}/decisions?limit=50` : null, version);
  const series = useSeries(version);
  const problem = evaluation.problem ?? decisions.problem;
  return (
    <>
      <ChartSection resource={row.resource} series={series} />
      {problem && problem.status !== null && <ProblemNotice problem={problem} />}
      {evaluation.answer && <Why answer={evaluation.answer} row={row} />}
      {row.isAutoscaled && (
        <p class="to-try">
          <Link to={tryPlace(row.resource)}>Try another policy</Link>{' '}
          <span class="quiet small">on the signals that were recorded</span>
        </p>
      )}
      <Timeline row={row} decisions={decisions.answer?.decisions ?? []} changes={series.answer?.changes ?? []} />
      <Runs row={row} />
      {evaluation.answer && <ConfigurationInForce answer={evaluation.answer} row={row} />}
    </>
  );
}
