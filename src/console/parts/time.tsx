/** A moment as people say it, with the exact time on hover and for screen readers. */
import { duration, fullTime, useNow } from '../clock.js';

/** `3 min ago` */
export function Ago({ at }: { readonly at: string }) {
  const atMs = Date.parse(at);
  const now = useNow();
  const text = now - atMs < 2000 ? 'now' : `${duration(now - atMs)} ago`;
  return (
    <time dateTime={at} title={fullTime(atMs)}>
      {text}
    </time>
  );
}
