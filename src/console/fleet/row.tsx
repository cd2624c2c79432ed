/** One resource of the fleet. Its height never changes. */
import { Component } from 'preact';
import type { ResourceRow } from '../api/answers.js';
import { inZone } from '../clock.js';
import { CapacityBar } from '../parts/capacity-bar.js';
import { CapacityText } from '../parts/capacity-text.js';
import { DoingNow } from '../parts/doing.js';
import { Sparkline } from '../parts/sparkline.js';
import { limitWords } from '../limit-words.js';
import { Link, resourcePlace } from '../router.js';

interface FleetRowProps {
  readonly row: ResourceRow;
  readonly index: number;
  /** In pixels, within the rows. */
  readonly top: number;
  readonly changedAtMs: number;
  readonly open: () => void;
}

/** What changed is marked for so long. */
const freshForMs = 1000;

/** Drawn again only when it shows something else: while the reader scrolls, most rows stay. */
export class FleetRow extends Component<FleetRowProps> {
  override shouldComponentUpdate({ row, index, top, changedAtMs }: FleetRowProps): boolean {
    const before = this.props;
    const isSame = row === before.row && index === before.index && top === before.top;
    return !isSame || changedAtMs !== before.changedAtMs;
  }

  override render() {
    return <Cells {...this.props} />;
  }
}

function Cells({ row, index, top, changedAtMs, open }: FleetRowProps) {
  const isFresh = Date.now() - changedAtMs < freshForMs;
  const { resource, platform, limitedBy, why, dryRun } = row;
  const reason = inZone(why ?? '');
  return (
    <div
      class={isFresh ? `row fresh-${changedAtMs % 2}` : 'row'}
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => {
        if (event.target instanceof Element && !event.target.closest('a') && getSelection()?.isCollapsed) open();
      }}
    >
      <div class="cell name" role="cell">
        <Link to={resourcePlace(resource)} class="cut">
          {resource}
        </Link>
        <span class="quiet small cut">
          {platform}
          {dryRun && ', dry run'}
        </span>
      </div>
      <div class="cell amount" role="cell">
        <CapacityText row={row} />
        <CapacityBar row={row} />
      </div>
      <div class="cell past" role="cell">
        <Sparkline row={row} />
      </div>
      <div class="cell now" role="cell">
        <DoingNow row={row} />
        <span class="quiet small cut" title={reason}>
          {reason}
        </span>
      </div>
      <div class="cell limit quiet small" role="cell" title={limitedBy?.reason}>
        {limitedBy === null ? (
          <span aria-label="not limited">–</span>
        ) : (
          <span class="cut">{limitWords[limitedBy.by]}</span>
        )}
      </div>
    </div>
  );
}
