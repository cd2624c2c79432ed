/** The alarms and cooldowns of all policies, as the `interval`, the `behavior` and the `cooldown` of one resource. */
import { durationText } from '../../domain/written/duration.js';
import type { Pace, Part } from './part.js';
import type { Remarks } from './values.js';

interface Limits extends Remarks {
  readonly interval: string;
  readonly cooldown: unknown;
  readonly behavior: Readonly<Record<string, unknown>> | undefined;
}

interface Suspended {
  readonly out: boolean;
  readonly in: boolean;
}

/** The longest window of `behavior`. */
const longestWindow = 3600;

export function limitsOf(parts: readonly Part[], suspended: Suspended): Limits {
  const outs = parts.flatMap((part) => part.out ?? []);
  const ins = parts.flatMap((part) => part.in ?? []);
  const periods = [...outs, ...ins].map(({ periodSeconds }) => periodSeconds);
  const intervalSeconds = Math.min(60, ...periods);
  const windows = (paces: readonly Pace[]) => paces.map((pace) => windowOf(pace, intervalSeconds));
  const cooldowns = (paces: readonly Pace[]) => paces.map(({ cooldownSeconds }) => cooldownSeconds);
  const up = Math.min(...windows(outs), longestWindow);
  const down = Math.min(Math.max(0, ...windows(ins)), longestWindow);
  const tracking = parts.filter((part) => part.type === 'tracking');
  const margin = Math.max(0, ...tracking.map((part) => part.margin));
  const isNeverIn = tracking.length > 0 && ins.length === 0;
  const behavior = {
    ...rules('scaleUp', outs.length > 0 ? up : 0, tracking.length > 0 ? 0 : undefined, suspended.out),
    ...rules('scaleDown', down, tracking.length > 0 && !isNeverIn ? margin : undefined, suspended.in || isNeverIn),
  };
  return {
    interval: durationText(intervalSeconds * 1000),
    cooldown: cooldownOf(outs.length > 0 ? Math.min(...cooldowns(outs)) : 0, Math.max(0, ...cooldowns(ins))),
    behavior: Object.keys(behavior).length === 0 ? undefined : behavior,
    warnings: [],
    unsupported: [
      ...tooLong([...outs, ...ins], intervalSeconds),
      ...differing(outs, windows(outs), 'datapoints before it scales out', up, 'window'),
      ...differing(ins, windows(ins), 'datapoints before it scales in', down, 'window'),
      ...differing(outs, cooldowns(outs), 'cooldown of scaling out', Math.min(...cooldowns(outs)), 'cooldown'),
      ...differing(ins, cooldowns(ins), 'cooldown of scaling in', Math.max(...cooldowns(ins)), 'cooldown'),
    ],
  };
}

/**
 * Three datapoints of a minute in a row, evaluated once a minute: all recommendations of the last 179 s agree. One
 * datapoint needs no window.
 */
function windowOf({ periods, periodSeconds }: Pace, intervalSeconds: number): number {
  return periods === 1 ? 0 : (periods - 1) * periodSeconds + intervalSeconds - 1;
}

function rules(
  direction: 'scaleUp' | 'scaleDown',
  windowSeconds: number,
  tolerance: number | undefined,
  isDisabled: boolean,
): Readonly<Record<string, unknown>> {
  const fields = {
    ...(tolerance !== undefined && { tolerance }),
    ...(windowSeconds > 0 && { stabilizationWindowSeconds: windowSeconds }),
    ...(isDisabled && { selectPolicy: 'Disabled' }),
  };
  return Object.keys(fields).length === 0 ? {} : { [direction]: fields };
}

/** A scale-in never delays a scale-out. */
function cooldownOf(upSeconds: number, downSeconds: number): unknown {
  const [up, down] = [upSeconds, downSeconds].map((each) => durationText(each * 1000));
  if (upSeconds === 0 && downSeconds === 0) return '0s';
  return upSeconds === 0 ? { up, down } : { up, upAfter: 'up', down };
}

/** `behavior` and `cooldown` belong to the resource. Scaling out is as early, and scaling in as late, as any policy says. */
function differing(
  paces: readonly Pace[],
  seconds: readonly number[],
  what: string,
  chosen: number,
  kind: 'window' | 'cooldown',
): Remarks['unsupported'] {
  return paces.flatMap((pace, index) => {
    const own = seconds[index] ?? chosen;
    if (own === chosen || (kind === 'window' && own > longestWindow)) return [];
    const written = kind === 'window' ? `the ${pace.periods} ${what}` : `the ${what} of ${durationText(own * 1000)}`;
    const why =
      kind === 'window'
        ? `the windows of behavior belong to the resource, and another policy of it has other ones: ${chosen} s apply`
        : `a cooldown belongs to the resource, and another policy of it has another one: ${durationText(chosen * 1000)} apply`;
    return [{ path: pace.path, what: written, why }];
  });
}

function tooLong(paces: readonly Pace[], intervalSeconds: number): Remarks['unsupported'] {
  return paces
    .filter((pace) => windowOf(pace, intervalSeconds) > longestWindow)
    .map(({ path, periods, periodSeconds }) => ({
      path,
      what: `${periods} datapoints of ${periodSeconds} s`,
      why: 'a window of behavior is at most an hour, which applies',
    }));
}
