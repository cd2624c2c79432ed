/** The recorded signals under both policies: the chart and the figures. */
import { useState } from 'preact/hooks';
import type { BacktestAnswer, ResourceRow } from '../api/answers.js';
import type { ApiProblem } from '../api/call.js';
import type { Span } from '../chart/span.js';
import { shortMoment } from '../clock.js';
import { Icon } from '../parts/icon.js';
import { ProblemNotice } from '../parts/notice.js';
import { TriedChart } from './chart.js';
import { FiguresTable } from './figures-table.js';

interface ResultsProps {
  readonly answer: BacktestAnswer | null;
  readonly problem: ApiProblem | null;
  /** The answer is one of an earlier text. */
  readonly isStale: boolean;
  readonly bounds: ResourceRow['bounds'];
}

export function Results({ answer, problem, isStale, bounds }: ResultsProps) {
  const [zoom, setZoom] = useState<Span | null>(null);
  const isInvalid = problem?.status === 400;
  return (
    <section class={`try-results${isStale ? ' stale' : ''}`} aria-labelledby="recorded" aria-busy={isStale && !problem}>
      <div class="section-head">
        <h2 id="recorded">
          Recorded signals
          {answer && `, ${shortMoment(Date.parse(answer.from))} to ${shortMoment(Date.parse(answer.to))}`}
        </h2>
        {zoom && (
          <button type="button" class="small-button" onClick={() => setZoom(null)}>
            Show all
          </button>
        )}
        <p class="try-state small" role="status">
          {isInvalid && answer && 'These are the numbers of the last valid text.'}
          {isStale && !problem && 'Computing'}
        </p>
      </div>
      {problem?.status === 409 && (
        <div class="notice">
          <Icon shape="observing" />
          <p>
            <strong>Nothing is recorded yet.</strong> A worker records a value of each signal at least once a minute.
            The text can be edited and checked already, and this page shows the numbers as soon as there are some.
          </p>
        </div>
      )}
      {problem && ![null, 400, 409].includes(problem.status) && <ProblemNotice problem={problem} />}
      {answer && (
        <>
          <TriedChart answer={answer} bounds={bounds} zoom={zoom} onZoom={setZoom} />
          <FiguresTable answer={answer} />
          <p class="quiet small">
            Under-provisioned is how long fewer units existed than were recommended. A unit is ready at once, and the
            capacity has no effect on the signals.
          </p>
        </>
      )}
      {!answer && !problem && <p class="quiet chart-loading">Running both policies</p>}
      {!answer && isInvalid && <p class="quiet chart-loading">The numbers are shown for a text without errors.</p>}
    </section>
  );
}
