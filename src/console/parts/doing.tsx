/** What a resource does now: its shape, its word, and the time that is counted down. */
import type { ResourceRow } from '../api/answers.js';
import { useNow } from '../clock.js';
import { doingOf } from '../phase.js';
import { Icon } from './icon.js';

export function DoingNow({ row }: { readonly row: ResourceRow }) {
  const { shape, text, tone } = doingOf(row, useNow());
  return (
    <span class={`doing ${tone}`}>
      <Icon shape={shape} />
      <span class="cut">{text}</span>
    </span>
  );
}
