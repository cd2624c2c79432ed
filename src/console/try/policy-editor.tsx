/** The policy as text: the editor, its problems, and the way into the file. */
import { useRef } from 'preact/hooks';
import type { PolicyAnswer } from '../api/answers.js';
import type { ApiProblem } from '../api/call.js';
import { Icon } from '../parts/icon.js';
import type { Schema } from './complete.js';
import { CopyPolicy } from './copy.js';
import type { Draft } from './draft.js';
import { offsetOf } from './editing.js';
import { Editor, type LineProblem } from './editor.js';

interface PolicyEditorProps {
  readonly policy: PolicyAnswer;
  readonly draft: Draft;
  /** What the API says of the text; null while it says nothing. */
  readonly problem: ApiProblem | null;
  readonly schema: Schema | null;
  readonly signals: readonly string[];
}

const problemsId = 'policy-problems';

export function PolicyEditor({ policy, draft, problem, schema, signals }: PolicyEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const problems = problemsIn(problem);
  const goTo = ({ line, column }: LineProblem) => {
    const at = offsetOf(draft.text, line, column);
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
  };
  const takeBack = () => {
    draft.reset();
    // The button is disabled now, and the keyboard needs a place to go on.
    area.current?.focus();
  };
  return (
    <section class="try-policy" aria-labelledby="policy">
      <div class="section-head">
        <h2 id="policy">Policy</h2>
        <button type="button" class="small-button" disabled={!draft.isEdited} onClick={takeBack}>
          Policy in force
        </button>
      </div>
      <Editor
        text={draft.text}
        onChange={draft.edit}
        problems={problems}
        schema={schema}
        signals={signals}
        problemsId={problemsId}
        area={area}
      />
      <ul id={problemsId} class="try-problems" aria-live="polite">
        {problems.map((each) => (
          <li key={`${each.line}:${each.column}:${each.detail}`} class="field-problem">
            <Icon shape="failed" />
            <span>
              <button type="button" class="text-button" onClick={() => goTo(each)}>
                Line {each.line}
              </button>{' '}
              {each.detail}
            </span>
          </li>
        ))}
      </ul>
      <p id="editor-help" class="quiet small">
        Tab inserts two spaces; Escape and then Tab leaves the editor. Ctrl and Space shows what can be written.
      </p>
      <CopyPolicy policy={policy} text={draft.text} />
    </section>
  );
}

function problemsIn(problem: ApiProblem | null): LineProblem[] {
  if (problem?.status !== 400) return [];
  return problem.errors.map(({ line = 1, column = 1, pointer, detail }) => {
    const name =
      pointer
        .replace(/^#\/autoscale\/?/, '')
        .split('/')
        .at(-1) ?? '';
    // A list item has no name of its own.
    const subject = name === '' || /^\d+$/.test(name) ? '' : `${decodeURIComponent(name)} `;
    return { line, column, detail: subject + detail };
  });
}
