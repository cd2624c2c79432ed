/** Which rows of a long list are in view. All rows have the same height, which the style sheet sets. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/** Rows before and after those in view, so that scrolling shows no empty space. */
const spare = 8;

interface RowsInView {
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
  /** In pixels. */
  readonly rowHeight: number;
  /** Scrolls a row into view and focuses its link. */
  readonly showRow: (index: number) => void;
}

export function useRowsInView(body: RefObject<HTMLElement | null>, count: number): RowsInView {
  const [view, setView] = useState({ first: 0, last: 30, rowHeight: 56 });
  const [wanted, setWanted] = useState<number | null>(null);

  useLayoutEffect(() => {
    const look = () => {
      if (!body.current) return;
      const rowHeight = parseFloat(getComputedStyle(body.current).getPropertyValue('--row-height')) || 56;
      const top = -body.current.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(top / rowHeight) - spare);
      const last = Math.min(count, Math.ceil((top + innerHeight) / rowHeight) + spare);
      setView((before) =>
        before.first === first && before.last === last && before.rowHeight === rowHeight
          ? before
          : { first, last, rowHeight },
      );
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [count]);

  useEffect(() => {
    if (wanted === null || wanted < view.first || wanted >= view.last) return;
    body.current?.querySelector<HTMLElement>(`[data-index="${wanted}"] a`)?.focus({ preventScroll: true });
    setWanted(null);
  }, [wanted, view]);

  const showRow = (index: number) => {
    if (!body.current) return;
    const top = body.current.getBoundingClientRect().top + index * view.rowHeight;
    if (top < view.rowHeight * 2) scrollBy(0, top - view.rowHeight * 2);
    if (top + view.rowHeight > innerHeight) scrollBy(0, top + view.rowHeight - innerHeight + 8);
    setWanted(index);
  };
  return { ...view, last: Math.min(view.last, count), showRow };
}
