/** A text area for YAML: line numbers, a mark and a message at each invalid line, and a list of what can be written. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Choice, type Completion, completionAt, type Schema } from './complete.js';
import { CompletionList, listId, optionId } from './completion-list.js';
import { indentation, lineBreakAt, positionAt } from './editing.js';

export interface LineProblem {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}

interface EditorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly problems: readonly LineProblem[];
  /** Null before it is loaded: the editor works without it. */
  readonly schema: Schema | null;
  /** The names that expressions may use where the text names no signals. */
  readonly signals: readonly string[];
  /** Of the element that lists the problems. */
  readonly problemsId: string;
  readonly area: { current: HTMLTextAreaElement | null };
}

interface Open extends Completion {
  readonly active: number;
}

export function Editor({ text, onChange, problems, schema, signals, problemsId, area }: EditorProps) {
  const layer = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<Open | null>(null);
  /** After Escape, until another key: Tab leaves the editor. */
  const [isLeaving, setLeaving] = useState(false);
  const isOwnInsert = useRef(false);

  const offer = (element: HTMLTextAreaElement): Completion | null =>
    schema && completionAt(element.value, element.selectionStart, schema, signals);
  const show = (completion: Completion | null) => setOpen(completion && { ...completion, active: 0 });

  const insert = (element: HTMLTextAreaElement, [from, to]: readonly [number, number], added: string) => {
    isOwnInsert.current = true;
    replace(element, from, to, added);
    isOwnInsert.current = false;
    onChange(element.value);
  };
  const take = (element: HTMLTextAreaElement, { from, to }: Completion, { insert: added }: Choice) => {
    insert(element, [from, to], added);
    // What was inserted may be followed by a choice of its own, as a type is.
    show(/[\s]$/.test(added) ? offer(element) : null);
    element.focus();
  };

  const onInput = (event: InputEvent & { readonly currentTarget: HTMLTextAreaElement }) => {
    const element = event.currentTarget;
    onChange(element.value);
    if (isOwnInsert.current) return;
    // More than one character was pasted.
    const isTyped = /^[\w-]$/.test(event.data ?? '') || (event.data === ' ' && /[:-] $/.test(before(element)));
    show(isTyped || (open && event.data === null) ? unlessWritten(offer(element), before(element)) : null);
  };

  const onKeyDown = (event: KeyboardEvent & { readonly currentTarget: HTMLTextAreaElement }) => {
    const isHandled = handleKey(event, event.currentTarget);
    if (isHandled) event.preventDefault();
    const isLeavingNext = event.key === 'Escape' && open === null;
    if (isHandled || !['Tab', 'Shift'].includes(event.key)) setLeaving(isLeavingNext);
  };

  /** @returns whether the browser has nothing left to do. */
  const handleKey = (event: KeyboardEvent, element: HTMLTextAreaElement): boolean => {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    const { selectionStart: from, selectionEnd: to } = element;
    if (key === ' ' && ctrlKey) show(offer(element));
    else if (ctrlKey || metaKey || altKey) return false;
    else if (open && handleList(event, element)) return true;
    else if (key === 'Tab' && !shiftKey && !isLeaving) insert(element, [from, to], indentation);
    else if (key === 'Enter') insert(element, [from, to], lineBreakAt(element.value, from));
    else return false;
    return true;
  };

  /** @returns whether the key was for the list. */
  const handleList = ({ key }: KeyboardEvent, element: HTMLTextAreaElement): boolean => {
    if (!open) return false;
    const { choices, active } = open;
    const chosen = choices[active];
    if (key === 'ArrowDown') setOpen({ ...open, active: (active + 1) % choices.length });
    else if (key === 'ArrowUp') setOpen({ ...open, active: (active + choices.length - 1) % choices.length });
    else if (key === 'Escape') setOpen(null);
    else if ((key === 'Enter' || key === 'Tab') && chosen) take(element, open, chosen);
    else {
      // A cursor that moves away from the word has no use for the list.
      if (/^(Arrow(Left|Right)|Home|End|Page)/.test(key)) setOpen(null);
      return false;
    }
    return true;
  };

  useEffect(() => {
    const [element, lines] = [area.current, layer.current];
    if (element && lines) lines.style.transform = `translateX(${-element.scrollLeft}px)`;
  }, [text]);

  return (
    <div class="code">
      <Numbers text={text} problems={problems} />
      <div class="code-area">
        <Messages text={text} problems={problems} layer={layer} />
        <textarea
          ref={area}
          class="code-text"
          aria-label="Policy as YAML"
          aria-describedby={`${problemsId} editor-help`}
          aria-invalid={problems.length > 0}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={open ? listId : undefined}
          aria-activedescendant={open ? optionId(open.active) : undefined}
          rows={Math.max(12, text.split('\n').length)}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          value={text}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onBlur={() => {
            setOpen(null);
            setLeaving(false);
          }}
          onMouseDown={() => setOpen(null)}
          onScroll={({ currentTarget }) => {
            if (layer.current) layer.current.style.transform = `translateX(${-currentTarget.scrollLeft}px)`;
          }}
        />
        {open && (
          <CompletionList
            choices={open.choices}
            active={open.active}
            place={positionAt(text, open.from)}
            scrolled={area.current?.scrollLeft ?? 0}
            onChoose={(choice) => area.current && take(area.current, open, choice)}
          />
        )}
      </div>
      <p class="hidden" role="status">
        {open && `${open.choices.length} ${open.choices.length === 1 ? 'suggestion' : 'suggestions'}`}
        {isLeaving && !open && 'Tab now leaves the editor'}
      </p>
    </div>
  );
}

interface LinesProps {
  readonly text: string;
  readonly problems: readonly LineProblem[];
}

function Numbers({ text, problems }: LinesProps) {
  const invalid = new Set(problems.map(({ line }) => line));
  return (
    <div class="code-numbers" aria-hidden="true">
      {text.split('\n').map((_, index) => (
        <span key={index} class={invalid.has(index + 1) ? 'invalid' : ''}>
          {invalid.has(index + 1) ? `× ${index + 1}` : index + 1}
        </span>
      ))}
    </div>
  );
}

/** Behind the text: the message stands after the end of its line. The list of problems says the same to screen readers. */
function Messages({ text, problems, layer }: LinesProps & { readonly layer: { current: HTMLDivElement | null } }) {
  return (
    <div class="code-messages" aria-hidden="true">
      <div ref={layer}>
        {text.split('\n').map((line, index) => {
          const found = problems.filter((each) => each.line === index + 1);
          return (
            <div key={index} class={found.length > 0 ? 'invalid' : ''}>
              <span class="code-written">{line}</span>
              {found.length > 0 && <span class="code-message">{found.map(({ detail }) => detail).join(', ')}</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function before({ value, selectionStart }: HTMLTextAreaElement): string {
  return value.slice(0, selectionStart);
}

/** No list where its first word is written already: Enter is a line break then. */
function unlessWritten(completion: Completion | null, written: string): Completion | null {
  const label = completion?.choices[0]?.label;
  return completion && label !== undefined && written.slice(completion.from) === label ? null : completion;
}

/** As if it had been typed, so that it can be undone. */
function replace(element: HTMLTextAreaElement, from: number, to: number, added: string): void {
  element.focus();
  element.setSelectionRange(from, to);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else keeps the history of the text area
  if (!document.execCommand('insertText', false, added)) element.setRangeText(added, from, to, 'end');
}
