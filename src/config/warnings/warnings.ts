/** What is right and yet cannot be meant: told by `validate`, and in the log when a configuration is read. */
import { compileAutoscale } from '../../domain/autoscale/spec.js';
import type { ResourceConfig } from '../config.js';
import type { Finding } from '../issue-words.js';
import { policiesThatNeverWin } from './never-wins.js';
import { capacitiesOutside } from './outside-bounds.js';

/** @param resource one that nothing is wrong with. The paths are within it. */
export function warningsFor({ autoscale, settings: limits }: ResourceConfig): Finding[] {
  if (!autoscale) return [];
  const { settings } = autoscale;
  return [
    ...unusedSignals(compileAutoscale(settings, limits).signals, settings.signals),
    ...capacitiesOutside(settings, limits),
    ...policiesThatNeverWin(settings, limits),
  ];
}

function unusedSignals(used: readonly string[], signals: readonly string[]): Finding[] {
  const unused = signals.filter((signal) => !used.includes(signal));
  return unused.map((signal) => ({
    path: ['autoscale', 'signals', signal],
    text: 'is used by nothing, so it is never sampled; name it in the value of a policy or of idle, or remove it',
    isAboutKey: true,
  }));
}
