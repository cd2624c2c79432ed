/** The chain of an evaluation as steps: samples, recommendations, limits, target. The decision page and the timeline use it. */
import type { EvaluationAnswer } from '../api/answers.js';
import { lineOfSignal, Marks } from '../chart/marked.js';
import { duration, inZone } from '../clock.js';
import { limitWords } from '../limit-words.js';
import { number } from '../number.js';

type Policy = EvaluationAnswer['policies'][number];
type Limit = EvaluationAnswer['limits'][number];

export function Chain({ evaluation }: { readonly evaluation: EvaluationAnswer }) {
  const { samples, policies, recommended, limits, target } = evaluation;
  const ofTarget = limits.filter(({ by }) => !ofChange.has(by));
  const ofNow = limits.filter(({ by }) => ofChange.has(by));
  return (
    <ol class="chain">
      <li class="link">
        <h3>Signals</h3>
        <dl class="pairs">
          {samples.map((sample) => (
            <Sample key={sample.signal} sample={sample} />
          ))}
        </dl>
      </li>
      <li class="link">
        <h3>Policies</h3>
        <ul>
          {byRecommendation(policies, recommended).map((policy) => (
            <li key={policy.policy} class={isDeciding(policy, recommended) ? 'policy' : 'policy lost'}>
              <span class="policy-name">{policy.policy}</span> <strong>{numberOf(policy)}</strong>
              <span class="quiet small">{inZone(policy.reason)}</span>
            </li>
          ))}
        </ul>
      </li>
      <li class="link">
        <h3>Recommended</h3>
        <p class="big">{recommended}</p>
      </li>
      {ofTarget.map((limit, index) => (
        <LimitLink key={index} limit={limit} />
      ))}
      <li class={ofNow.length === 0 ? 'link last' : 'link'}>
        <h3>
          <Marks line="target">Target</Marks>
        </h3>
        <p class="big wanted">{target}</p>
      </li>
      {ofNow.map((limit, index) => (
        <LimitLink key={index} limit={limit} isLast={index === ofNow.length - 1} />
      ))}
    </ol>
  );
}

/** These limit what is changed now, on the way to the target. */
const ofChange: ReadonlySet<Limit['by']> = new Set(['refused', 'step', 'cooldown', 'dryRun']);

/** These limits are lines of the chart. */
const markable: ReadonlySet<Limit['by']> = new Set(['min', 'max']);

function LimitLink({ limit, isLast = false }: { readonly limit: Limit; readonly isLast?: boolean }) {
  return (
    <li class={isLast ? 'link last' : 'link'}>
      <h3>
        {markable.has(limit.by) ? <Marks line={limit.by}>{limitWords[limit.by]}</Marks> : limitWords[limit.by]}
        {ofChange.has(limit.by) && ', now'}
      </h3>
      <p>
        <s class="quiet">{limit.from}</s> <span class="big">{limit.to}</span>
      </p>
      <p class="quiet small">{inZone(limit.reason)}</p>
    </li>
  );
}

function Sample({ sample }: { readonly sample: EvaluationAnswer['samples'][number] }) {
  const { signal, value, ageSeconds, failure, note } = sample;
  return (
    <div>
      <dt>
        <Marks line={lineOfSignal(signal)}>{signal}</Marks>
      </dt>
      <dd>
        <strong>{value === null ? 'no data' : number(value)}</strong>{' '}
        {ageSeconds !== null && <span class="quiet small">{duration(ageSeconds * 1000)} old</span>}
        {failure && <span class="needy small">{failure.message}</span>}
        {note !== null && <span class="quiet small">{note}</span>}
      </dd>
    </div>
  );
}

function numberOf({ recommended, floor, ceiling }: Policy): string {
  if (recommended !== null) return String(recommended);
  const ends = [...(floor === null ? [] : [`at least ${floor}`]), ...(ceiling === null ? [] : [`at most ${ceiling}`])];
  return ends.length === 0 ? 'nothing' : ends.join(', ');
}

function isDeciding({ recommended, floor, ceiling }: Policy, decided: number): boolean {
  return recommended === decided || (recommended === null && (floor === decided || ceiling === decided));
}

/** Those that decided first. */
function byRecommendation(policies: readonly Policy[], decided: number): Policy[] {
  return policies.toSorted((a, b) => Number(isDeciding(b, decided)) - Number(isDeciding(a, decided)));
}
