/** The numbers of a resource over the time that the address names, up to now. */
import { useEffect, useState } from 'preact/hooks';
import type { ResourceRow, SeriesAnswer } from '../api/answers.js';
import { type Loaded, useAnswer } from '../api/answer-of.js';
import { address } from '../router.js';
import { useStore } from '../store.js';

export const ranges = [
  { name: '15m', title: '15 min', seconds: 900 },
  { name: '1h', title: '1 hour', seconds: 3600 },
  { name: '3h', title: '3 hours', seconds: 3 * 3600 },
  { name: '24h', title: '24 hours', seconds: 24 * 3600 },
  { name: '7d', title: '7 days', seconds: 7 * 24 * 3600 },
] as const;

export const usualRange = ranges[1];

export type Range = (typeof ranges)[number];

export interface Series extends Loaded<SeriesAnswer> {
  readonly range: Range;
}

const refreshMs = 10_000;

export function useSeries(row: ResourceRow): Series {
  const { query } = useStore(address);
  const range = ranges.find(({ name }) => name === query.get('range')) ?? usualRange;
  const to = useSecondsNow(row);
  const path = `/v1/resources/${encodeURIComponent(row.resource)}/series?from=${iso(to - range.seconds)}&to=${iso(to)}`;
  return { ...useAnswer<SeriesAnswer>(path, null), range };
}

/** Moves on when the resource has changed, and every 10 s. */
function useSecondsNow(row: ResourceRow): number {
  const [seconds, setSeconds] = useState(now());
  useEffect(() => {
    setSeconds(now());
    const timer = setInterval(() => setSeconds(now()), refreshMs);
    return () => clearInterval(timer);
  }, [row]);
  return seconds;
}

const now = (): number => Math.floor(Date.now() / 1000);
const iso = (seconds: number): string => encodeURIComponent(new Date(seconds * 1000).toISOString());
