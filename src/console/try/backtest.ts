/** What the API says of the text: both policies on the recorded signals, or the problems of the text. */
import { useEffect, useState } from 'preact/hooks';
import { type ApiProblem, asProblem, call } from '../api/call.js';
import { connection } from '../api/connection.js';
import type { BacktestAnswer } from '../api/answers.js';
import { isTokenWanted } from '../api/token.js';
import { useStore } from '../store.js';

export interface Tried {
  /** Of the last text without problems. Null before the first answer. */
  readonly answer: BacktestAnswer | null;
  readonly problem: ApiProblem | null;
  /** The text to which the answer or the problem belongs. */
  readonly text: string | null;
}

const quietMs = 250;
const nothing: Tried = { answer: null, problem: null, text: null };

/**
 * @param text null: there is none yet.
 * @param version it is computed again when this changes, because more is recorded then.
 */
export function useBacktest(path: string, text: string | null, version: unknown): Tried {
  const [tried, setTried] = useState<Tried>(nothing);
  const isLive = useStore(connection).state === 'live';
  const isTokenMissing = useStore(isTokenWanted);
  useEffect(() => {
    if (text === null || isTokenMissing) return;
    const aborted = new AbortController();
    const ask = () =>
      call<BacktestAnswer>(path, { method: 'POST', body: { autoscale: text }, signal: aborted.signal }).then(
        (answer) => setTried({ answer, problem: null, text }),
        (error: unknown) => {
          if (!aborted.signal.aborted) setTried((before) => ({ ...before, problem: asProblem(error), text }));
        },
      );
    const timer = setTimeout(() => void ask(), quietMs);
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
  }, [path, text, version, isLive, isTokenMissing]);
  return tried;
}
