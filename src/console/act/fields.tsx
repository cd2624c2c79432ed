/** The fields of the forms, each with the problem that the API points to. */
import type { ComponentChildren } from 'preact';
import type { ApiProblem } from '../api/call.js';

interface NumberFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint: string;
  readonly isInvalid: boolean;
}

/** A whole number of units, with buttons for one more and one less. */
export function CapacityField({ id, label, value, onChange, hint, isInvalid }: NumberFieldProps) {
  const step = (by: number) => onChange(String(Math.max(0, (Number(value) || 0) + by)));
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="stepper">
        <button type="button" aria-label="One less" onClick={() => step(-1)}>
          −
        </button>
        <input
          id={id}
          type="text"
          inputMode="numeric"
          pattern="[0-9]*"
          autocomplete="off"
          autofocus
          value={value}
          aria-invalid={isInvalid}
          aria-describedby={`${id}-hint`}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <button type="button" aria-label="One more" onClick={() => step(1)}>
          +
        </button>
      </div>
      <p id={`${id}-hint`} class="quiet small">
        {hint}
      </p>
    </div>
  );
}

export function Field({
  id,
  label,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
    </div>
  );
}

/** The problem of the whole request, when the preview does not say the same. */
export function RequestProblem({ problem }: { readonly problem: ApiProblem | null }) {
  if (!problem) return null;
  return (
    <p class="notice bad" role="alert">
      <span>
        <strong>{problem.title}.</strong> {problem.detail}
      </span>
    </p>
  );
}

/** Undefined while the text is no whole number. */
export function wholeNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text.trim()) ? Number(text) : undefined;
}
