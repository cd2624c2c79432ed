/** What each limit is called where there is room for a word or two. */
import type { EvaluationAnswer } from './api/answers.js';

type LimitName = EvaluationAnswer['limitedBy'][number];

export const limitWords: Readonly<Record<LimitName, string>> = {
  status: 'platform busy',
  noData: 'no data',
  fallback: 'fallback',
  burst: 'burst',
  idle: 'idle',
  floor: 'floor of a policy',
  ceiling: 'ceiling of a policy',
  override: 'override',
  pause: 'pause',
  stabilization: 'stabilization',
  rate: 'rate',
  min: 'minimum',
  max: 'maximum',
  refused: 'refused',
  step: 'step',
  cooldown: 'cooldown',
  dryRun: 'dry run',
};
