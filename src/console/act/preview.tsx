/** What a request would do, while it is being written: asked of the API, which sends nothing for it. */
import { useEffect, useState } from 'preact/hooks';
import { type ApiProblem, asProblem, call } from '../api/call.js';
import type { PreviewAnswer } from '../api/answers.js';
import { clockTime, inZone } from '../clock.js';
import { Icon } from '../parts/icon.js';

interface Previewed {
  readonly preview: PreviewAnswer | null;
  readonly problem: ApiProblem | null;
}

const quietMs = 200;

/** @param body null: there is nothing to ask yet. */
export function usePreview(path: string, body: object | null): Previewed {
  const [previewed, setPreviewed] = useState<Previewed>({ preview: null, problem: null });
  const text = body === null ? null : JSON.stringify(body);
  useEffect(() => {
    if (body === null) {
      setPreviewed({ preview: null, problem: null });
      return;
    }
    const aborted = new AbortController();
    const timer = setTimeout(() => {
      call<PreviewAnswer>(path, { method: 'POST', body, signal: aborted.signal }).then(
        (preview) => setPreviewed({ preview, problem: null }),
        (error: unknown) => {
          if (!aborted.signal.aborted) setPreviewed({ preview: null, problem: asProblem(error) });
        },
      );
    }, quietMs);
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
  }, [path, text]);
  return previewed;
}

/** Why the request would be refused; null while nothing says so. */
export function refusalIn({ preview, problem }: Previewed): string | null {
  if (problem) return problem.detail;
  return preview?.outcome === 'refused' ? preview.sentence : null;
}

const mostSteps = 8;

/** @param otherwise what is true before the API has answered. */
export function Preview({ preview, problem, otherwise }: Previewed & { readonly otherwise: string }) {
  const refusal = refusalIn({ preview, problem });
  return (
    <div class="preview" aria-live="polite">
      <h3>What will happen</h3>
      {!preview && !problem && <p class="sentence">{otherwise}</p>}
      {refusal !== null && (
        <p class="field-problem">
          <Icon shape="failed" /> {inZone(refusal)}
        </p>
      )}
      {preview && refusal === null && (
        <>
          <p class="sentence">{inZone(preview.sentence)}</p>
          {preview.steps.length > 1 && (
            <ol class="steps">
              {preview.steps.slice(0, mostSteps).map(({ to, at }) => (
                <li key={at}>
                  <strong>{to}</strong> <span class="quiet">{clockTime(Date.parse(at))}</span>
                </li>
              ))}
              {preview.steps.length > mostSteps && <li class="quiet">and {preview.steps.length - mostSteps} more</li>}
            </ol>
          )}
          {preview.warnings.map((warning) => (
            <p key={warning} class="warning needy">
              <Icon shape="attention" /> {inZone(warning)}
            </p>
          ))}
        </>
      )}
    </div>
  );
}
