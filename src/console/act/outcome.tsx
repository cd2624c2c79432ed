/** After a request: what it did, in words, and what can be done next. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.js';

interface OutcomeProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  /** Takes it back, where that is possible. */
  readonly undo?: { readonly label: string; readonly act: () => void } | undefined;
  readonly close: () => void;
}

export function Outcome({ title, children, undo, close }: OutcomeProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="outcome" role="status">
      <h3 ref={heading} tabIndex={-1}>
        <Icon shape="settled" /> {title}
      </h3>
      {children}
      <div class="sheet-actions">
        <button type="button" class="primary" onClick={close}>
          Done
        </button>
        {undo && (
          <button type="button" onClick={undo.act}>
            {undo.label}
          </button>
        )}
      </div>
    </div>
  );
}
