/** Names in an explanation that mark their line in the chart. */
import type { ComponentChildren } from 'preact';
import { Store, useStore } from '../store.js';

/** A line of the capacity, such as `target`, or `signal:` with the name of a signal. Null: none. */
export const markedLine = new Store<string | null>(null);

export const lineOfSignal = (signal: string): string => `signal:${signal}`;

interface MarksProps {
  readonly line: string;
  readonly children: ComponentChildren;
}

/** Marks the line while the pointer is on the name, or while the name has the focus. */
export function Marks({ line, children }: MarksProps) {
  const isMarked = useStore(markedLine) === line;
  const mark = () => markedLine.set(line);
  const unmark = () => markedLine.set(null);
  return (
    <button
      type="button"
      class={isMarked ? 'marks marked' : 'marks'}
      title="Shows this line in the chart"
      onMouseEnter={mark}
      onMouseLeave={unmark}
      onFocus={mark}
      onBlur={unmark}
      onClick={mark}
    >
      {children}
    </button>
  );
}
