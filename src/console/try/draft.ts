/** The text that someone edits. It survives a reload, until the tab is closed or the policy in force is taken back. */
import { useState } from 'preact/hooks';

export interface Draft {
  readonly text: string;
  readonly isEdited: boolean;
  readonly edit: (text: string) => void;
  /** Back to the policy in force. */
  readonly reset: () => void;
}

/** @param inForce the policy in force. */
export function useDraft(resource: string, inForce: string): Draft {
  const key = `escapement-try:${resource}`;
  const [draft, setDraft] = useState(() => sessionStorage.getItem(key));
  const keep = (text: string | null) => {
    if (text === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
    setDraft(text);
  };
  return {
    text: draft ?? inForce,
    isEdited: draft !== null && draft !== inForce,
    edit: (text) => keep(text === inForce ? null : text),
    reset: () => keep(null),
  };
}
