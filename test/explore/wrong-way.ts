/** Which changes moved the capacity in the wrong direction, and after which of them a run must stop. */
import type { MemoryPlatform, Send } from './memory-platform.js';

/** A single one may be the effect of another writer, unless it is the exact opposite of a relative change. */
const mostWrongWays = 2;

interface Effect extends Send {
  /** The capacity right after the change, and after whatever another writer did at the same time. */
  readonly shown: number;
}

/** The newest consecutive changes that moved the capacity in the wrong direction. Changes without an effect do not count. */
export function newestWrongWays(sends: readonly Send[], platform: MemoryPlatform): Effect[] {
  const effects = sends
    .filter(({ landsAtMs }) => landsAtMs < Infinity)
    .map((send) => ({ ...send, shown: platform.capacityAt(send.landsAtMs) }))
    .filter(({ from, shown }) => shown !== from);
  const lastRight = effects.findLastIndex(({ from, to, shown }) => Math.sign(shown - from) === Math.sign(to - from));
  return effects.slice(lastRight + 1);
}

/** Whether a run may change nothing more after these, until the next request. */
export function mustStopAfter(sends: readonly Send[], platform: MemoryPlatform): boolean {
  const wrongWays = newestWrongWays(sends, platform);
  const isMirrored = ({ from, to, shown }: Effect) => shown - from === from - to;
  return wrongWays.length >= mostWrongWays || (!platform.setsSizes && wrongWays.some(isMirrored));
}
