/** Requests a capacity; while a run goes to another target, it changes that target. */
import { useState } from 'preact/hooks';
import type { AcceptedAnswer, ResourceRow } from '../api/answers.js';
import { isMoving } from '../phase.js';
import { TemporalLink } from '../resource/runs.js';
import type { FormProps } from './action.js';
import { CapacityField, Field, RequestProblem, wholeNumber } from './fields.js';
import { Outcome } from './outcome.js';
import { Preview, refusalIn, usePreview } from './preview.js';
import { newIdempotencyKey, useRequest } from './request.js';

export function ScaleForm({ row, path, close }: FormProps) {
  const before = row.target ?? row.capacity;
  const [text, setText] = useState(before === null ? '' : String(before));
  const [reason, setReason] = useState('');
  const [key] = useState(newIdempotencyKey);
  const sent = useRequest<AcceptedAnswer>();
  const target = wholeNumber(text);
  const body =
    target === undefined ? null : { targetCapacity: target, ...(reason.trim() !== '' && { reason: reason.trim() }) };
  const previewed = usePreview(`${path}/scale/preview`, target === undefined ? null : { targetCapacity: target });
  const isRefused = refusalIn(previewed) !== null;

  if (sent.answer) return <Scaled answer={sent.answer} undo={undoOf()} close={close} />;
  const submit = (event: Event) => {
    event.preventDefault();
    // A retry after a lost answer has the same key and is therefore carried out once.
    if (body)
      sent.send(`${path}/scale`, {
        method: 'POST',
        body,
        headers: { 'Idempotency-Key': `${key}-${JSON.stringify(body).length}-${target}` },
      });
  };
  return (
    <form onSubmit={submit}>
      <CapacityField
        id="target"
        label="Target capacity"
        value={text}
        onChange={setText}
        hint={`Now ${row.capacity ?? 'not known'}, between ${row.bounds.min} and ${row.bounds.max ?? 'any number'}.`}
        isInvalid={isRefused}
      />
      <Field id="reason" label="Reason (optional)">
        <input
          id="reason"
          maxLength={500}
          value={reason}
          placeholder="Why, for anyone who reads it later"
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
      </Field>
      <Preview {...previewed} otherwise={inWords(row, target)} />
      <RequestProblem problem={sent.problem} />
      <div class="sheet-actions">
        <button type="submit" class="primary" disabled={body === null || isRefused || sent.isSending}>
          {isMoving(row) ? 'Change the target to' : 'Scale to'} {target ?? '…'}
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </form>
  );

  function undoOf() {
    const { outcome } = sent.answer ?? {};
    if (outcome === 'started')
      return { label: 'Undo: cancel the run', act: () => sent.send(`${path}/scale`, { method: 'DELETE' }) };
    if (outcome !== 'retargeted' || before === null) return undefined;
    const undo = { targetCapacity: before, reason: 'Undone in the console' };
    return { label: `Undo: back to ${before}`, act: () => sent.send(`${path}/scale`, { method: 'POST', body: undo }) };
  }
}

function inWords({ capacity }: ResourceRow, target: number | undefined): string {
  if (target === undefined) return 'Enter a whole number of units.';
  return `${capacity ?? 'The capacity'} → ${target}, in the steps and with the cooldowns of this resource.`;
}

interface ScaledProps {
  /** `cancelling` after an undo. */
  readonly answer: AcceptedAnswer | { readonly outcome: 'cancelling'; readonly links: AcceptedAnswer['links'] };
  readonly undo: { readonly label: string; readonly act: () => void } | undefined;
  readonly close: () => void;
}

function Scaled({ answer, undo, close }: ScaledProps) {
  const { links } = answer;
  return (
    <Outcome key={answer.outcome} title={titleOf(answer)} undo={undo} close={close}>
      {'notice' in answer && answer.notice !== null && <p class="warning needy">{answer.notice}</p>}
      {'autoscale' in answer && answer.autoscale && <p class="quiet">{answer.autoscale.notice}</p>}
      {links.webUi !== null && (
        <p>
          <TemporalLink to={links.webUi} of="this run" />
        </p>
      )}
    </Outcome>
  );
}

function titleOf(answer: ScaledProps['answer']): string {
  switch (answer.outcome) {
    case 'started':
      return `Started a run to ${answer.targetCapacity ?? 'the target'}`;
    case 'retargeted':
      return `The run now goes to ${answer.targetCapacity ?? 'the target'}`;
    case 'unchanged':
      return `The run already goes to ${answer.targetCapacity ?? 'the target'}`;
    case 'accepted':
      return 'The request is stored until a worker takes it';
    case 'cancelling':
      return 'The run is being cancelled';
  }
}
