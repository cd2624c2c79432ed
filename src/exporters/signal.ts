/** The signal that a policy follows. */
import type { Fields } from '../importers/fields.js';
import type { Source } from './exporter.js';

interface FollowedSignal {
  readonly name: string;
  readonly settings: Fields;
  readonly type: string;
}

/** @returns undefined if the value is an expression, and not only the name of a signal. */
export function signalOf({ fields }: Source, value: string): FollowedSignal | undefined {
  const settings = fields.at('autoscale', 'signals', value);
  if (!settings.isPresent) return undefined;
  return { name: value, settings, type: settings.at('type').text() };
}
