/** The fleet: what needs a person first, and then every resource. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { connection } from '../api/connection.js';
import { FleetFeed } from '../api/fleet-feed.js';
import { isTokenWanted } from '../api/token.js';
import { ProblemNotice } from '../parts/notice.js';
import { NotLive } from '../parts/top-bar.js';
import { address, setQuery } from '../router.js';
import { useStore } from '../store.js';
import { FilterField } from './filter-field.js';
import { Demo } from './demo.js';
import { Empty } from './empty.js';
import { NeedsYou } from './needs-you.js';
import { FleetTable } from './table.js';

export function FleetPage() {
  const { query } = useStore(address);
  const [q, sort] = [query.get('q') ?? '', query.get('sort') ?? ''];
  const feed = useFleet(q, sort);
  const { rows, total, needsAttention, isDemo, refused, changedAtMs } = useStore(feed.fleet);
  const isTokenMissing = useStore(isTokenWanted);
  const isStale = useStore(connection).state === 'down';

  useEffect(() => {
    document.title = needsAttention > 0 ? `(${needsAttention}) Escapement` : 'Escapement';
  }, [needsAttention]);
  if (isTokenMissing && rows === null) return null;
  return (
    <>
      <div class="fleet-head">
        <h1>Resources</h1>
        <p class="counts" role="status">
          {rows !== null && `${total} ${total === 1 ? 'resource' : 'resources'}${q === '' ? '' : ' found'}`}
          {needsAttention > 0 && (
            <a
              class="needy"
              href="?q=needs:you"
              onClick={(event) => {
                event.preventDefault();
                setQuery({ q: 'needs:you' });
              }}
            >
              {needsAttention} {needsAttention === 1 ? 'needs' : 'need'} you
            </a>
          )}
        </p>
        <FilterField value={q} />
      </div>
      <NotLive />
      {refused && <ProblemNotice problem={refused} />}
      <div class={isStale ? 'stale' : ''} aria-busy={rows === null}>
        {rows === null && !isStale && <p class="quiet">Loading the resources</p>}
        {rows !== null && rows.length > 0 && <NeedsYou rows={rows} />}
        {rows !== null && rows.length > 0 && <FleetTable rows={rows} sort={sort} changedAtMs={changedAtMs} />}
        {rows?.length === 0 && refused === null && <Empty q={q} />}
        {isDemo && <Demo />}
      </div>
    </>
  );
}

/** A feed for each query; the rows of the one before stay until the next one has some. */
function useFleet(q: string, sort: string): FleetFeed {
  const [feed, setFeed] = useState(() => new FleetFeed({ q, sort }));
  const shown = useRef(`${q}\n${sort}`);
  useEffect(() => {
    if (shown.current === `${q}\n${sort}`) return;
    shown.current = `${q}\n${sort}`;
    setFeed(new FleetFeed({ q, sort }, feed.fleet.value));
  }, [q, sort]);
  useEffect(() => {
    feed.start();
    return () => feed.stop();
  }, [feed]);
  return feed;
}
