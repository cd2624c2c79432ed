/** What can be written at the cursor, below it. The focus stays in the text: `aria-activedescendant` names the chosen one. */
import { useEffect, useRef } from 'preact/hooks';
import type { Choice } from './complete.js';

export const listId = 'suggestions';
export const optionId = (index: number): string => `suggestion-${index}`;

interface ListProps {
  readonly choices: readonly Choice[];
  readonly active: number;
  /** Of the word that is completed. */
  readonly place: { readonly line: number; readonly column: number };
  /** How far the text is scrolled to the right, in pixels. */
  readonly scrolled: number;
  readonly onChoose: (choice: Choice) => void;
}

export function CompletionList({ choices, active, place, scrolled, onChoose }: ListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, choices]);
  return (
    <ul
      ref={list}
      id={listId}
      class="suggestions"
      role="listbox"
      aria-label="Suggestions"
      style={{ '--line': place.line, '--column': place.column, '--scrolled': `${scrolled}px` }}
    >
      {choices.map((choice, index) => (
        <li
          key={choice.label}
          id={optionId(index)}
          role="option"
          aria-selected={index === active}
          onMouseDown={(event) => {
            // The text keeps the focus.
            event.preventDefault();
            onChoose(choice);
          }}
        >
          <code>{choice.label}</code> <span class="quiet small cut">{choice.detail}</span>
        </li>
      ))}
    </ul>
  );
}
