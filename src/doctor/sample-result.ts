/** What a sample says about its signal, as an evaluation would use it. */
import type { AdapterChoice } from '../config/schema/adapter-settings.js';
import type { SignalSampling } from '../domain/autoscale/settings.js';
import { sampleNote } from '../domain/autoscale/sample-note.js';
import { shown } from '../domain/numbers.js';
import type { Sample } from '../adapters/sources/source.js';
import type { CheckResult } from './check-result.js';

interface Sampled {
  readonly sample: Sample;
  readonly nowMs: number;
  readonly sampling: SignalSampling | undefined;
  readonly source: AdapterChoice;
  /** The maximum of the resource. */
  readonly max: number | null;
}

export function sampleResult({
  sample,
  nowMs,
  sampling,
  source,
  max,
}: Sampled): Pick<CheckResult, 'outcome' | 'message' | 'value'> {
  const { value, atMs } = sample;
  const note = sampleNote(sample, max);
  const { maxAgeMs, rate } = sampling ?? {};
  const isDoubtful =
    value === 0 && rate !== true && source.type !== 'constant' && source.settings['emptyAs'] === undefined;
  const notes = [
    ...(rate === true ? ['a counter: the signal is its increase per second'] : []),
    ...(isDoubtful ? ['if 0 means "no data" here, set emptyAs: noData'] : []),
    ...(note === undefined ? [] : [note]),
  ];
  const ageMs = nowMs - atMs;
  if (maxAgeMs !== undefined && ageMs > maxAgeMs) {
    const message = `value ${value}, but it is ${shown(ageMs / 1000)} s old and maxAge is ${shown(maxAgeMs / 1000)} s: that counts as no data. Check what writes it.`;
    return { outcome: 'failing', message, value };
  }
  return { outcome: 'ok', message: [`value ${value}`, ...notes].join('; '), value };
}
