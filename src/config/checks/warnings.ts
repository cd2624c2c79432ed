/**
 * Finds settings that are valid but probably not intended. `validate` reports them, and so does the log when a
 * configuration is read.
 */
import { compileAutoscale } from '../../domain/autoscale/spec.js';
import { sourceDefinitions } from '../../adapters/sources/registry.js';
import type { AutoscaleConfig } from '../schema/autoscale.js';
import type { ResourceConfig } from '../config.js';
import type { Finding } from '../file/issue-words.js';
import { policiesThatNeverWin } from './never-wins.js';
import { capacitiesOutside } from './outside-bounds.js';

/** @param resource a resource without errors. The paths in the result are relative to the resource. */
export function warningsFor({ autoscale, settings: limits }: ResourceConfig): Finding[] {
  if (!autoscale) return [];
  const { settings } = autoscale;
  const spec = compileAutoscale(settings, limits);
  return [
    ...agesWithoutDate(autoscale),
    ...unusedSignals(spec.signals, settings.signals),
    ...idleOverWorkInHand(autoscale, spec.idle?.names ?? []),
    ...capacitiesOutside(settings, limits),
    ...policiesThatNeverWin(settings, limits),
  ];
}

/**
 * Where a source does not date its samples, the age of a sample counts from the read, so `maxAge` never has an effect.
 */
function agesWithoutDate({ settings: { sampling }, signals }: AutoscaleConfig): Finding[] {
  return Object.entries(signals).flatMap(([name, { type, settings }]) => {
    if (sampling?.[name]?.maxAgeMs === undefined) return [];
    const definition = sourceDefinitions.find((known) => known.type === type);
    if (definition?.datesSamples?.(settings) === true) return [];
    const fix = type === 'http-json' ? 'set observedAt, or remove it' : 'remove it';
    const problem = `has no effect: here ${type} does not say when its number was true`;
    return [{ path: ['autoscale', 'signals', name, 'maxAge'], problem, fix }];
  });
}

/**
 * Finds an idle rule that can scale to zero while messages are being processed. These messages return to the queue, and
 * their processing starts again.
 */
function idleOverWorkInHand({ signals }: AutoscaleConfig, names: readonly string[]): Finding[] {
  return names.flatMap((name) => {
    const signal = signals[name];
    const definition = sourceDefinitions.find(({ type }) => type === signal?.type);
    const overlooked = definition?.overlooks?.(signal?.settings ?? {});
    // A Redis list cannot report the entries that are being processed. Another signal in the expression may count them.
    if (overlooked === undefined || (definition?.type === 'redis' && names.length > 1)) return [];
    const problem = `may go to zero over work in hand: ${name} does not count ${overlooked.work}`;
    return [{ path: ['autoscale', 'idle', 'value'], problem, fix: overlooked.fix }];
  });
}

function unusedSignals(used: readonly string[], signals: readonly string[]): Finding[] {
  const unused = signals.filter((signal) => !used.includes(signal));
  return unused.map((signal) => ({
    path: ['autoscale', 'signals', signal],
    problem: 'is used by nothing, so it is never sampled',
    fix: 'name it in the value of a policy or of idle, or remove it',
    isAboutKey: true,
  }));
}
