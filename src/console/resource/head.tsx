/** The name, the numbers now, what needs a person, and the actions. */
import { useState } from 'preact/hooks';
import { ActSheet } from '../act/sheet.js';
import type { Action } from '../act/action.js';
import type { ResourceRow } from '../api/answers.js';
import { inZone } from '../clock.js';
import { CapacityText } from '../parts/capacity-text.js';
import { DoingNow } from '../parts/doing.js';
import { Icon } from '../parts/icon.js';
import { Ago } from '../parts/time.js';
import { isMoving } from '../phase.js';

export function ResourceHead({ row }: { readonly row: ResourceRow }) {
  const { resource, platform, dryRun, bounds, attention, notice } = row;
  const [action, setAction] = useState<Action | null>(null);
  return (
    <>
      <header class="resource-head">
        <div>
          <h1>{resource}</h1>
          <p class="quiet">
            {platform}
            {dryRun && ', dry run'} · {bounds.min} to {bounds.max ?? 'no maximum'}
            {row.isAutoscaled ? ' · autoscaled' : ' · scaled on request'}
          </p>
        </div>
        <div class="resource-now">
          <CapacityText row={row} isLarge />
          <DoingNow row={row} />
        </div>
        <div class="actions" role="group" aria-label="Actions">
          {actionsFor(row).map(({ kind, label }) => (
            <button key={kind} type="button" class={kind === 'scale' ? 'primary' : ''} onClick={() => setAction(kind)}>
              {label}
            </button>
          ))}
        </div>
      </header>
      {attention.map(({ kind, sentence, since }) => (
        <div key={kind} class={kind === 'failed' || kind === 'wrongDirection' ? 'notice bad' : 'notice needy'}>
          <Icon shape={kind === 'failed' ? 'failed' : 'attention'} />
          <p>
            {inZone(sentence)} <span class="quiet small">{since !== null && <Ago at={since} />}</span>
          </p>
        </div>
      ))}
      {notice !== null && attention.length === 0 && (
        <div class="notice needy">
          <Icon shape="attention" />
          <p>{inZone(notice)}</p>
        </div>
      )}
      {action !== null && <ActSheet action={action} row={row} close={() => setAction(null)} />}
    </>
  );
}

function actionsFor(row: ResourceRow): { readonly kind: Action; readonly label: string }[] {
  return [
    { kind: 'scale' as const, label: isMoving(row) ? 'Change target…' : 'Scale…', isOffered: true },
    { kind: 'cancel' as const, label: 'Cancel run…', isOffered: isMoving(row) },
    { kind: 'pause' as const, label: row.pause ? 'Paused…' : 'Pause…', isOffered: row.isAutoscaled },
    { kind: 'override' as const, label: row.override ? 'Overridden…' : 'Override…', isOffered: row.isAutoscaled },
    { kind: 'evaluate' as const, label: 'Evaluate now', isOffered: row.isAutoscaled },
  ].filter(({ isOffered }) => isOffered);
}
