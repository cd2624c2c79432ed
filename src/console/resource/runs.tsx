/** The scale runs of the resource, newest first, each with its page in the Temporal Web UI. */
import { useEffect, useState } from 'preact/hooks';
import type { ResourceRow, RunAnswer, RunsAnswer } from '../api/answers.js';
import { useAnswer } from '../api/answer-of.js';
import { asProblem, call, type ApiProblem } from '../api/call.js';
import { clockTime, duration, fullTime, moment } from '../clock.js';
import { Icon } from '../parts/icon.js';
import { ProblemNotice } from '../parts/notice.js';

const inPage = 10;

export function Runs({ row }: { readonly row: ResourceRow }) {
  const path = `/v1/resources/${encodeURIComponent(row.resource)}/runs?limit=${inPage}`;
  const { answer } = useAnswer<RunsAnswer>(path, row.run?.runId ?? row.phase);
  const [older, setOlder] = useState<{ runs: RunAnswer[]; next: string | null } | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  // Pages after the first one begin where another first page ended.
  useEffect(() => setOlder(null), [answer]);
  const next = older ? older.next : (answer?.next ?? null);
  const more = (from: string) => {
    call<RunsAnswer>(from).then(
      (page) => setOlder((before) => ({ runs: [...(before?.runs ?? []), ...page.runs], next: page.next })),
      (error: unknown) => setProblem(asProblem(error)),
    );
  };
  const runs = [...(answer?.runs ?? []), ...(older?.runs ?? [])];
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      {answer && runs.length === 0 && <p class="quiet">No run yet. The first request to scale starts one.</p>}
      {runs.length > 0 && (
        <div class="scroll" tabIndex={0} role="group" aria-labelledby="runs">
          <table class="runs">
            <thead>
              <tr>
                <th>Started</th>
                <th>Outcome</th>
                <th class="num">Target</th>
                <th class="num">Steps</th>
                <th>Took</th>
                <th>Reason</th>
                <th>
                  <span class="hidden">Temporal</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <Run key={run.runId} run={run} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {problem && <ProblemNotice problem={problem} />}
      {next !== null && (
        <button type="button" class="more" onClick={() => more(next)}>
          Show older runs
        </button>
      )}
    </section>
  );
}

function Run({ run }: { readonly run: RunAnswer }) {
  const startedMs = Date.parse(run.startedAt);
  return (
    <tr>
      <td>
        <time dateTime={run.startedAt} title={fullTime(startedMs)}>
          {moment(startedMs)}
        </time>
      </td>
      <td class={goodOutcomes.has(run.outcome) ? '' : 'failed-text'}>{outcomeWords[run.outcome]}</td>
      <td class="num">{run.targetCapacity ?? '–'}</td>
      <td class="num">{run.stepsMade ?? '–'}</td>
      <td>{run.closedAt === null ? 'open' : duration(Date.parse(run.closedAt) - startedMs)}</td>
      <td class="run-reason">{run.lastError ?? run.reason ?? ''}</td>
      <td>{run.webUi !== null && <TemporalLink to={run.webUi} of={`the run of ${clockTime(startedMs)}`} />}</td>
    </tr>
  );
}

/** @param of what the page shows, for screen readers. */
export function TemporalLink({ to, of }: { readonly to: string; readonly of: string }) {
  return (
    <a class="temporal" href={to} target="_blank" rel="noreferrer" aria-label={`Temporal: ${of}`}>
      Temporal <Icon shape="outside" />
    </a>
  );
}

const outcomeWords: Readonly<Record<RunAnswer['outcome'], string>> = {
  running: 'in progress',
  reached: 'reached its target',
  cancelled: 'cancelled',
  InvalidInput: 'invalid request',
  ResourceFailed: 'the resource failed',
  ActiveTimeout: 'not active in time',
  CapacityNotReached: 'capacity not reached',
  ChangeFailed: 'a change failed',
  WrongDirection: 'moved the other way',
  continued: 'continued in a new run',
  terminated: 'terminated in Temporal',
  timedOut: 'timed out',
  failed: 'failed',
};

const goodOutcomes: ReadonlySet<RunAnswer['outcome']> = new Set(['running', 'reached', 'cancelled', 'continued']);
