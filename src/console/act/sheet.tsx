/** The sheet in which an action is prepared, confirmed and answered. It comes from the side, or from below on a phone. */
import { useEffect, useRef } from 'preact/hooks';
import type { ResourceRow } from '../api/answers.js';
import { Icon } from '../parts/icon.js';
import type { Action } from './action.js';
import { CancelForm } from './cancel-form.js';
import { EvaluateForm } from './evaluate-form.js';
import { OverrideForm } from './override-form.js';
import { PauseForm } from './pause-form.js';
import { ScaleForm } from './scale-form.js';

interface ActSheetProps {
  readonly action: Action;
  readonly row: ResourceRow;
  readonly close: () => void;
}

export function ActSheet({ action, row, close }: ActSheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const Form = forms[action];
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sheet-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
    >
      <div class="sheet-inside">
        <header class="sheet-head">
          <h2 id="sheet-title">
            {titles[action]} <span class="sheet-resource">{row.resource}</span>
          </h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
            <Icon shape="close" />
          </button>
        </header>
        <Form
          row={row}
          path={`/v1/resources/${encodeURIComponent(row.resource)}`}
          close={() => dialog.current?.close()}
        />
      </div>
    </dialog>
  );
}

const titles: Readonly<Record<Action, string>> = {
  scale: 'Scale',
  cancel: 'Cancel the run of',
  pause: 'Pause',
  override: 'Override',
  evaluate: 'Evaluate',
};

const forms = {
  scale: ScaleForm,
  cancel: CancelForm,
  pause: PauseForm,
  override: OverrideForm,
  evaluate: EvaluateForm,
};
