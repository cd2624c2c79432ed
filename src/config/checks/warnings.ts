/**
 * Finds settings that are valid but probably not intended. `validate` reports them, and so does the log when a
 * configuration is read.
 */
import { compileAutoscale } from '../../domain/autoscale/spec.js';
import { sources } from '../../adapters/sources/registry.js';
import type { AutoscaleConfig } from '../schema/autoscale.js';
import type { ResourceConfig } from '../config.js';
import type { PathProblem } from '../file/issue-words.js';
import { policiesWithoutEffect } from './policies-without-effect.js';
import { capacitiesOutside } from './outside-bounds.js';

/** @param resource a resource without errors. The paths in the result are relative to the resource. */
export function warningsFor({ autoscale, settings: limits }: ResourceConfig): PathProblem[] {
  if (!autoscale) return [];
  const { settings } = autoscale;
  const spec = compileAutoscale(settings, limits);
  return [
    ...maxAgesWithoutTime(autoscale),
    ...unusedSignals(spec.signals, settings.signals),
    ...idleDuringWork(autoscale, spec.idle?.names ?? []),
    ...capacitiesOutside(settings, limits),
    ...policiesWithoutEffect(settings, limits),
  ];
}

/**
 * Where a source does not date its samples, the age of a sample counts from the read, so `maxAge` never has an effect.
 */
function maxAgesWithoutTime({ settings: { sampling }, signals }: AutoscaleConfig): PathProblem[] {
  return Object.entries(signals).flatMap(([name, { type, settings }]) => {
    if (sampling?.[name]?.maxAgeMs === undefined) return [];
    const definition = sources.find(type);
    const dates = definition?.datesSamples?.(settings) ?? false;
    if (dates !== false) return [];
    const fix = type === 'http-json' ? 'set observedAt, or remove maxAge' : 'remove maxAge';
    const problem = `has no effect: ${type} does not report the time of its value with these settings`;
    return [{ path: ['autoscale', 'signals', name, 'maxAge'], problem, fix }];
  });
}

/**
 * Finds an idle rule that can scale to zero while messages are being processed. These messages return to the queue, and
 * their processing starts again.
 */
function idleDuringWork({ signals }: AutoscaleConfig, names: readonly string[]): PathProblem[] {
  return names.flatMap((name) => {
    const signal = signals[name];
    const definition = sources.find(signal?.type);
    const overlooked = definition?.overlooks?.(signal?.settings ?? {});
    // A Redis list cannot report the entries that are being processed. Another signal in the expression may count them.
    if (overlooked === undefined || (definition?.type === 'redis' && names.length > 1)) return [];
    const problem = `may scale to zero while work is in progress: ${name} does not count ${overlooked.work}`;
    return [{ path: ['autoscale', 'idle', 'value'], problem, fix: overlooked.fix }];
  });
}

function unusedSignals(used: readonly string[], signals: readonly string[]): PathProblem[] {
  const unused = signals.filter((signal) => !used.includes(signal));
  return unused.map((signal) => ({
    path: ['autoscale', 'signals', signal],
    problem: 'is not used by a policy or by idle, so it is never sampled',
    fix: 'name the signal in the value of a policy or of idle, or remove the signal',
    isAboutKey: true,
  }));
}
