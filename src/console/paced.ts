/** A value that changes often, followed at a limited pace. */
import { useEffect, useRef, useState } from 'preact/hooks';

/** @returns the value, at most `paceMs` behind, and changed at most once in that time. */
export function usePaced<Value>(value: Value, paceMs: number): Value {
  const [shown, setShown] = useState(value);
  const changedAtMs = useRef(0);
  useEffect(() => {
    const waitMs = Math.max(0, changedAtMs.current + paceMs - Date.now());
    const timer = setTimeout(() => {
      changedAtMs.current = Date.now();
      setShown(() => value);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [value]);
  return shown;
}
