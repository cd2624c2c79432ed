/** The last read of a platform as `/readyz` shows it, in the API and on the health page of a worker. */
import type { LookCheck } from '../scale/answers.js';
import type { LastLook } from '../dependencies.js';
import { iso } from '../http/iso-time.js';

export function presentLastLook(look: LastLook | undefined): LookCheck {
  if (!look) return { status: 'not looked at yet' };
  const at = iso(look.atMs);
  return look.problem === null ? { status: 'ok', at } : { status: 'failing', detail: look.problem, at };
}
