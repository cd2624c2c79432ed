/** Copies the policy, with the indentation that it has in the file, and says where to paste it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PolicyAnswer } from '../api/answers.js';
import { sectionOf } from './editing.js';

interface CopyProps {
  readonly policy: PolicyAnswer;
  readonly text: string;
}

/** `manual`: the browser does not let the page copy. */
type State = 'ready' | 'copied' | 'manual';

/** The usual indentation below `resources:` and the name of a resource. */
const usualIndent = 4;

export function CopyPolicy({ policy, text }: CopyProps) {
  const [state, setState] = useState<State>('ready');
  const section = sectionOf(text, policy.place ? policy.place.column - 1 : usualIndent);
  useEffect(() => setState('ready'), [text]);
  const copy = () => {
    // Absent where the page is not loaded over HTTPS or from this machine.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (!clipboard) setState('manual');
    else
      clipboard.writeText(section).then(
        () => setState('copied'),
        () => setState('manual'),
      );
  };
  return (
    <div class="try-copy">
      <button type="button" class="primary" onClick={copy}>
        Copy YAML
      </button>
      <p role="status">{state === 'copied' && 'Copied.'}</p>
      <Where policy={policy} />
      {state === 'manual' && <ToCopy section={section} />}
      {policy.hidden.length > 0 && (
        <p class="notice needy">
          <span>
            Not shown, because the file has the value itself:{' '}
            {policy.hidden.map((path, index) => (
              <span key={path}>
                {index > 0 && ', '}
                <code>{path}</code>
              </span>
            ))}
            . The text has a placeholder instead. Keep the value of the file when you paste.
          </span>
        </p>
      )}
    </div>
  );
}

function Where({ policy: { place, resource } }: Pick<CopyProps, 'policy'>) {
  if (!place) {
    return (
      <p class="quiet">
        The configuration comes from environment variables. To use the edited policy, write it below{' '}
        <code>resources: {resource}:</code> in an <code>escapement.yaml</code>.
      </p>
    );
  }
  const { file, path, line } = place;
  return (
    <p class="quiet">
      Paste it over <code>{path}</code>, line {line} of <code>{file}</code>, and check the file with{' '}
      <code>npx escapement validate</code>. Nothing is applied from this page.
      {path.startsWith('defaults') &&
        ' It is in defaults, so it applies to every resource that sets no policy of its own.'}
    </p>
  );
}

/** Selected, so that one key copies it. */
function ToCopy({ section }: { readonly section: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [section]);
  return (
    <div class="try-manual">
      <label for="to-copy">The browser does not let this page copy. Copy the selected text:</label>
      <textarea id="to-copy" ref={field} class="code-plain" readOnly rows={8} wrap="off" value={section} />
    </div>
  );
}
