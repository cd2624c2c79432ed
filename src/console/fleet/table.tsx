/** Every resource in a row of constant height; only the rows in view exist. */
import { useRef } from 'preact/hooks';
import type { ResourceRow } from '../api/answers.js';
import { navigate, resourcePlace, setQuery } from '../router.js';
import { FleetRow } from './row.js';
import { useRowsInView } from './rows-in-view.js';

interface FleetTableProps {
  readonly rows: readonly ResourceRow[];
  readonly sort: string;
  readonly changedAtMs: ReadonlyMap<string, number>;
}

const columns = [
  { title: 'Resource', sort: 'name' },
  { title: 'Capacity', sort: 'capacity' },
  { title: 'Last hour', sort: null },
  { title: 'Now', sort: 'phase' },
  { title: 'Limited by', sort: null },
] as const;

export function FleetTable({ rows, sort, changedAtMs }: FleetTableProps) {
  const body = useRef<HTMLDivElement>(null);
  const { first, last, rowHeight, showRow } = useRowsInView(body, rows.length);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-index]') : null;
    if (step === undefined || !row) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(rows.length - 1, Number(row.dataset['index']) + step));
    showRow(next);
  };
  return (
    <section aria-labelledby="all">
      <h2 id="all">All</h2>
      <div class="table" role="table" aria-labelledby="all" aria-rowcount={rows.length + 1}>
        <div role="rowgroup">
          <div class="row head" role="row" aria-rowindex={1}>
            {columns.map((column) => (
              <Header key={column.title} {...column} sorted={sort} />
            ))}
          </div>
        </div>
        <div
          ref={body}
          class="rows"
          role="rowgroup"
          style={{ height: `${rows.length * rowHeight}px` }}
          onKeyDown={onKeyDown}
        >
          {rows.slice(first, last).map((row, offset) => (
            <FleetRow
              key={row.resource}
              row={row}
              index={first + offset}
              top={(first + offset) * rowHeight}
              changedAtMs={changedAtMs.get(row.resource) ?? 0}
              open={() => navigate(resourcePlace(row.resource))}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

function Header({ title, sort, sorted }: (typeof columns)[number] & { readonly sorted: string }) {
  if (sort === null) return <div role="columnheader">{title}</div>;
  const isSorted = sorted === sort;
  return (
    <div role="columnheader" aria-sort={isSorted ? 'ascending' : 'none'}>
      <button
        type="button"
        class={isSorted ? 'sort sorted' : 'sort'}
        onClick={() => setQuery({ sort: isSorted ? null : sort })}
      >
        {title}
      </button>
    </div>
  );
}
