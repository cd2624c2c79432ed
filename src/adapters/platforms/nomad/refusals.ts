/** What Nomad says when it refuses a request. */
import { AdapterError, type AnswerCode } from '../../net/errors.js';
import type { HttpResult } from '../../net/http/request.js';

/** @throws AdapterError if the response is one of the refusals below. */
export function checkRefusal(result: HttpResult): void {
  if (result.kind !== 'answered' || result.status < 400 || !('text' in result.body)) return;
  const { text } = result.body;
  for (const { pattern, code, words } of refusals) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const retryAfterMs = code === 'conflict' ? retryMs : undefined;
    throw new AdapterError(code, `Nomad returned ${result.status}: ${words.replace('$1', found[1] ?? '')}`, {
      retryAfterMs,
    });
  }
}

interface Refusal {
  readonly pattern: RegExp;
  readonly code: AnswerCode;
  /** `$1` is the first group of the pattern: digits, or a known word. */
  readonly words: string;
}

/** A deployment takes at least `min_healthy_time`, which is 10 s by default. */
const retryMs = 5000;

/**
 * The errors of Nomad are plain text. Only these are shown, because any other text may contain a secret. Nomad checks
 * each of them before it writes anything.
 */
const refusals: readonly Refusal[] = [
  {
    pattern: /job scaling blocked due to active deployment/,
    code: 'conflict',
    words: 'Nomad scales no job while a deployment of the job is in progress',
  },
  {
    pattern: /less than scaling policy minimum: \d+ < (\d+)/,
    code: 'refused',
    words: 'the scaling block of the group has min = $1',
  },
  {
    pattern: /greater than scaling policy maximum: \d+ > (\d+)/,
    code: 'refused',
    words: 'the scaling block of the group has max = $1',
  },
  {
    pattern: /total count was greater than configured job_max_count: \d+ > (\d+)/,
    code: 'refused',
    words: 'the servers have job_max_count = $1',
  },
  { pattern: /jobs of type "system" can only be scaled/, code: 'refused', words: 'a system job has a count of 0 or 1' },
  { pattern: /task group .* does not exist in job/, code: 'missing', words: 'the job has no such group' },
  { pattern: /^job .*not found/, code: 'missing', words: 'there is no such job' },
  { pattern: /ACL token (not found|expired)/, code: 'denied', words: 'the ACL token $1' },
  {
    pattern: /scale are disabled by the scheduler configuration/,
    code: 'denied',
    words: 'the scheduler configuration disables scaling',
  },
  { pattern: /No cluster leader/, code: 'conflict', words: 'the servers have no leader' },
];
