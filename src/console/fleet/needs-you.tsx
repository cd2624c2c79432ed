/** What needs a person, and why, in one sentence each. */
import type { ResourceRow } from '../api/answers.js';
import { inZone } from '../clock.js';
import { CapacityText } from '../parts/capacity-text.js';
import { Icon } from '../parts/icon.js';
import { Ago } from '../parts/time.js';
import { Link, resourcePlace, setQuery } from '../router.js';

/** More are a list of their own: `needs:you`. */
const mostShown = 5;

export function NeedsYou({ rows }: { readonly rows: readonly ResourceRow[] }) {
  const needy = rows.filter(({ attention }) => attention.length > 0);
  if (needy.length === 0) return null;
  return (
    <section aria-labelledby="needs-you">
      <h2 id="needs-you">Needs you</h2>
      <ul class="needs">
        {needy.slice(0, mostShown).map((row) => (
          <Need key={row.resource} row={row} />
        ))}
      </ul>
      {needy.length > mostShown && (
        <button type="button" class="more" onClick={() => setQuery({ q: 'needs:you' })}>
          Show all {needy.length}
        </button>
      )}
    </section>
  );
}

function Need({ row }: { readonly row: ResourceRow }) {
  const [first, ...more] = row.attention;
  if (!first) return null;
  const isFailed = first.kind === 'failed' || first.kind === 'wrongDirection';
  return (
    <li>
      <Link to={resourcePlace(row.resource)} class="need">
        <span class={isFailed ? 'need-name bad' : 'need-name needy'}>
          <Icon shape={isFailed ? 'failed' : 'attention'} />
          <strong>{row.resource}</strong>
        </span>
        <CapacityText row={row} />
        <span class="need-why">
          {inZone(first.sentence)}
          {more.length > 0 && <span class="quiet"> (and {more.length} more)</span>}
        </span>
        <span class="quiet small need-since">{first.since !== null && <Ago at={first.since} />}</span>
        <Icon shape="right" />
      </Link>
    </li>
  );
}
