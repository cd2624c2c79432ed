/** What is right and yet cannot be meant: told by `validate`, and in the log when a configuration is read. */
import { compileAutoscale } from '../../domain/autoscale/spec.js';
import { sourceDefinitions } from '../../sources/registry.js';
import type { AutoscaleConfig } from '../autoscale-schema.js';
import type { ResourceConfig } from '../config.js';
import type { Finding } from '../issue-words.js';
import { policiesThatNeverWin } from './never-wins.js';
import { capacitiesOutside } from './outside-bounds.js';

/** @param resource one that nothing is wrong with. The paths are within it. */
export function warningsFor({ autoscale, settings: limits }: ResourceConfig): Finding[] {
  if (!autoscale) return [];
  const { settings } = autoscale;
  return [
    ...agesWithoutDate(autoscale),
    ...unusedSignals(compileAutoscale(settings, limits).signals, settings.signals),
    ...capacitiesOutside(settings, limits),
    ...policiesThatNeverWin(settings, limits),
  ];
}

/** An age that counts from the look itself is never more than a moment. */
function agesWithoutDate({ settings: { sampling }, signals }: AutoscaleConfig): Finding[] {
  return Object.entries(signals).flatMap(([name, { type, settings }]) => {
    if (sampling?.[name]?.maxAgeMs === undefined) return [];
    const definition = sourceDefinitions.find((known) => known.type === type);
    if (definition?.datesSamples?.(settings) === true) return [];
    const fix = type === 'http-json' ? 'set observedAt, or remove it' : 'remove it';
    const text = `has no effect: here ${type} does not say when its number was true; ${fix}`;
    return [{ path: ['autoscale', 'signals', name, 'maxAge'], text }];
  });
}

function unusedSignals(used: readonly string[], signals: readonly string[]): Finding[] {
  const unused = signals.filter((signal) => !used.includes(signal));
  return unused.map((signal) => ({
    path: ['autoscale', 'signals', signal],
    text: 'is used by nothing, so it is never sampled; name it in the value of a policy or of idle, or remove it',
    isAboutKey: true,
  }));
}
