/** A remark that a person should know about a valid sample. */
import type { Reading } from './evaluation.js';

type Remarks = Pick<Extract<Reading, { value: number }>, 'note' | 'mostUnits'>;

/** @param max the maximum of the resource. Null: no limit. */
export function sampleNote({ note, mostUnits }: Remarks, max: number | null): string | undefined {
  const isTooMany = mostUnits !== undefined && (max ?? Infinity) > mostUnits;
  const warning = `max is ${max ?? 'not set'}, and no more than ${String(mostUnits)} units can share the work: others idle`;
  const notes = [...(note === undefined ? [] : [note]), ...(isTooMany ? [warning] : [])];
  return notes.length === 0 ? undefined : notes.join('; ');
}
