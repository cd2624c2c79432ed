/** One answer of the API that a page shows: loaded, refreshed, and kept while a refresh fails. */
import { useEffect, useState } from 'preact/hooks';
import { useStore } from '../store.js';
import { type ApiProblem, asProblem, type Call, call } from './call.js';
import { connection } from './connection.js';
import { isTokenWanted } from './token.js';

export interface Loaded<Answer> {
  /** Null before the first answer. */
  readonly answer: Answer | null;
  /** Why the last attempt failed; null after a success. */
  readonly problem: ApiProblem | null;
}

/**
 * @param path null: nothing is requested.
 * @param version the answer is requested again when it changes.
 */
export function useAnswer<Answer>(
  path: string | null,
  version: unknown,
  { cache }: Pick<Call, 'cache'> = {},
): Loaded<Answer> {
  const [loaded, setLoaded] = useState<Loaded<Answer>>({ answer: null, problem: null });
  const isLive = useStore(connection).state === 'live';
  const isTokenMissing = useStore(isTokenWanted);
  useEffect(() => {
    if (path === null || isTokenMissing) return;
    const aborted = new AbortController();
    call<Answer>(path, { signal: aborted.signal, ...(cache && { cache }) }).then(
      (answer) => setLoaded({ answer, problem: null }),
      (error: unknown) => {
        if (!aborted.signal.aborted) setLoaded((before) => ({ ...before, problem: asProblem(error) }));
      },
    );
    return () => aborted.abort();
  }, [path, version, isLive, isTokenMissing]);
  return loaded;
}
