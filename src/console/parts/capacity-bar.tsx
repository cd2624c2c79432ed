/** Units that are ready are full, units that are requested are outlined; the bar ends at the maximum. */
import type { ResourceRow } from '../api/answers.js';

const width = 120;
const height = 10;
/** More units than this are one bar instead of single ones. */
const mostSingleUnits = 24;

export function CapacityBar({ row }: { readonly row: ResourceRow }) {
  const { capacity, ready, target, bounds } = row;
  const have = capacity ?? 0;
  const full = ready ?? have;
  const wanted = Math.max(have, target ?? have);
  const end = Math.max(bounds.max ?? wanted, wanted, 1);
  return (
    <svg
      class="bar"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {end <= mostSingleUnits ? units({ full, wanted, end }) : amounts({ full, wanted, end })}
    </svg>
  );
}

interface Amounts {
  readonly full: number;
  readonly wanted: number;
  readonly end: number;
}

function units({ full, wanted, end }: Amounts) {
  const each = width / end;
  const gap = end > 12 ? 1.5 : 2;
  return Array.from({ length: end }, (_, index) => {
    const state = index < full ? 'full' : index < wanted ? 'asked' : 'free';
    return (
      <rect
        key={index}
        class={`bar-${state}`}
        x={index * each + 0.5}
        y={1}
        width={each - gap}
        height={height - 2}
        rx={1}
      />
    );
  });
}

function amounts({ full, wanted, end }: Amounts) {
  const at = (value: number) => (Math.min(value, end) / end) * (width - 1);
  return (
    <>
      <rect class="bar-free" x={0.5} y={1} width={width - 1} height={height - 2} rx={1} />
      <rect class="bar-asked" x={0.5} y={1} width={at(wanted)} height={height - 2} rx={1} />
      <rect class="bar-full" x={0.5} y={1} width={at(full)} height={height - 2} rx={1} />
    </>
  );
}
