/** `8 → 10 of 12`: what there is, what is wanted where it differs, and the maximum. */
import type { ResourceRow } from '../api/answers.js';

export function CapacityText({ row, isLarge = false }: { readonly row: ResourceRow; readonly isLarge?: boolean }) {
  const { capacity, ready, target, bounds } = row;
  const isMoving = target !== null && target !== capacity;
  return (
    <span class={isLarge ? 'capacity large' : 'capacity'} aria-label={inWords(row)} role="img">
      <strong>{capacity ?? '–'}</strong>
      {isMoving && <strong class="wanted"> → {target}</strong>}
      {isLarge && ready !== null && ready !== capacity && <span class="quiet"> {ready} ready</span>}
      {bounds.max !== null && <span class="quiet"> of {bounds.max}</span>}
    </span>
  );
}

function inWords({ capacity, ready, target, bounds }: ResourceRow): string {
  const parts = [capacity === null ? 'capacity not known' : `capacity ${capacity}`];
  if (ready !== null && ready !== capacity) parts.push(`${ready} ready`);
  if (target !== null && target !== capacity) parts.push(`target ${target}`);
  parts.push(`minimum ${bounds.min}`);
  if (bounds.max !== null) parts.push(`maximum ${bounds.max}`);
  return parts.join(', ');
}
