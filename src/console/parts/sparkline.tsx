/** The last hour: observed capacity as an area, the target as a line, both in steps. */
import type { Point, ResourceRow } from '../api/answers.js';

const width = 120;
const height = 28;
const hourSeconds = 3600;

export function Sparkline({ row: { spark, bounds, resource } }: { readonly row: ResourceRow }) {
  const values = [...spark.capacity, ...spark.target].flatMap(([, value]) => (value === null ? [] : [value]));
  if (values.length === 0) return <span class="spark quiet">no history yet</span>;
  const most = Math.max(...values, bounds.min, 1);
  const end = Date.now() / 1000;
  const x = (at: number) => Math.max(0, Math.min(1, (at - end + hourSeconds) / hourSeconds)) * width;
  const y = (value: number) => height - 1 - (value / most) * (height - 3);
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${resource} in the last hour: between ${Math.min(...values)} and ${Math.max(...values)}`}
    >
      <path class="spark-area" d={areaOf(spark.capacity, x, y)} />
      <path class="spark-line" d={stepsOf(spark.target, x, y)} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

type Scale = (value: number) => number;

/** Each point is valid until the next one, and the last one until now; null ends a stretch. */
function stretches(points: readonly Point[]): { readonly from: number; readonly to: number; readonly value: number }[] {
  return points.flatMap(([from, value], index) => {
    const to = points[index + 1]?.[0] ?? Infinity;
    return value === null ? [] : [{ from, to, value }];
  });
}

function stepsOf(points: readonly Point[], x: Scale, y: Scale): string {
  let before = NaN;
  return stretches(points)
    .map(({ from, to, value }) => {
      const begin = before === from ? `L${x(from)} ${y(value)}` : `M${x(from)} ${y(value)}`;
      before = to;
      return `${begin}H${x(to)}`;
    })
    .join('');
}

function areaOf(points: readonly Point[], x: Scale, y: Scale): string {
  return stretches(points)
    .map(({ from, to, value }) => `M${x(from)} ${height}V${y(value)}H${x(to)}V${height}Z`)
    .join('');
}
