/** The chart of a resource, and how far back it goes. */
import { useState } from 'preact/hooks';
import { Chart } from '../chart/chart.js';
import { spanOf } from '../chart/columns.js';
import type { Span } from '../chart/span.js';
import { ProblemNotice } from '../parts/notice.js';
import { setQuery } from '../router.js';
import { type Range, ranges, type Series, usualRange } from './series.js';

interface ChartSectionProps {
  readonly resource: string;
  readonly series: Series;
}

export function ChartSection({ resource, series: { answer, problem, range } }: ChartSectionProps) {
  const [zoom, setZoom] = useState<Span | null>(null);
  return (
    <section aria-labelledby="chart">
      <div class="section-head">
        <h2 id="chart">Over time</h2>
        {zoom && (
          <button type="button" onClick={() => setZoom(null)}>
            Show all
          </button>
        )}
        <RangeChoice chosen={range} forget={() => setZoom(null)} />
      </div>
      {problem && problem.status !== null && <ProblemNotice problem={problem} />}
      {answer && (
        <Chart
          series={answer}
          span={spanOf(answer)}
          zoom={zoom}
          onZoom={setZoom}
          label={`Capacity of ${resource} in the last ${range.title}`}
        />
      )}
      {!answer && !problem && <p class="quiet chart-loading">Loading the chart</p>}
    </section>
  );
}

/** @param forget the zoom, which is a part of the range before. */
function RangeChoice({ chosen, forget }: { readonly chosen: Range; readonly forget: () => void }) {
  return (
    <div class="ranges" role="group" aria-label="How far back">
      {ranges.map(({ name, title }) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen.name}
          onClick={() => {
            forget();
            setQuery({ range: name === usualRange.name ? null : name });
          }}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
