/** A sample that its source dates from before our last change is not counted a second time. */
import type { Reading } from '../../../src/domain/autoscale/evaluation.js';
import { minutes, seconds, spec, start, WatchedResource } from './watched-resource.js';

type Written = Parameters<typeof spec>[0]['policies'];

const thresholds: Written = [
  { type: 'thresholds', value: 'load', up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } },
];
const utilization: Written = [{ type: 'utilization', value: 'load', target: 50 }];
const imported: Written = [
  { type: 'perUnit', value: 'load > 50 ? current + 2 : load < 10 ? current - 1 : current', target: 1 },
];
const perUnit: Written = [{ type: 'perUnit', value: 'load', target: 10 }];

interface Story {
  readonly policies: Written;
  /** By the minute that the source measured; there is a look every 15 s. */
  readonly load: readonly number[];
  readonly from: number;
  readonly isDated?: boolean;
  /** How long after its minute has begun a number can be read. */
  readonly lateMs?: number;
}

/** The capacity after each look. A change is made at once, and its run is over by the next look. */
function sizes({ policies, load, from, isDated = true, lateMs = 0 }: Story): number[] {
  const resource = new WatchedResource(spec({ intervalMs: 15 * seconds, ...(policies && { policies }) }), from);
  let sentAtMs: number | null = null;
  const looks = Array.from({ length: load.length * 4 }, (_, look) => look * 15 * seconds);
  return looks.map((atMs) => {
    const minute = Math.floor((atMs - lateMs) / minutes);
    const reading: Reading =
      minute < 0
        ? { failure: 'no datapoint yet' }
        : { value: load[minute] ?? 0, atMs: start + minute * minutes, ...(isDated && { isDated }) };
    const lastChange = sentAtMs === null ? null : { sentAtMs, upSentAtMs: null, confirmed: true };
    const { target } = resource.look({ atMs, readings: { load: reading }, lastChange });
    // A run that has closed is not always asked for.
    sentAtMs = target === resource.capacity ? null : start + atMs + 200;
    resource.capacity = target;
    return target;
  });
}

describe('a sample from before the last change', () => {
  test.each<[string, Story, number[]]>([
    [
      'adds once by thresholds',
      { policies: thresholds, load: [80, 80, 30], from: 2 },
      [4, 4, 4, 4, 6, 6, 6, 6, 6, 6, 6, 6],
    ],
    ['removes once by thresholds', { policies: thresholds, load: [5, 5], from: 6 }, [5, 5, 5, 5, 4, 4, 4, 4]],
    [
      'is multiplied once by utilization',
      { policies: utilization, load: [100, 50], from: 2 },
      [4, 4, 4, 4, 4, 4, 4, 4],
    ],
    ['is divided once by utilization', { policies: utilization, load: [20, 50], from: 10 }, [4, 4, 4, 4, 4, 4, 4, 4]],
    [
      'counts once by an expression over what there is',
      { policies: imported, load: [80, 30], from: 2 },
      [4, 4, 4, 4, 4, 4, 4, 4],
    ],
    [
      'asks for the same again where it is divided by units',
      { policies: perUnit, load: [45, 85], from: 2 },
      [5, 5, 5, 5, 9, 9, 9, 9],
    ],
  ])('%s', (_, story, expected) => {
    expect(sizes(story)).toEqual(expected);
  });

  test('is waited for as long as it takes: minutes, where the source is as late', () => {
    const late = sizes({ policies: thresholds, load: [80, 80, 80, 30], from: 2, lateMs: 2 * minutes });
    expect(late.slice(8)).toEqual([4, 4, 4, 4, 4, 4, 4, 4]);
  });

  test('counts at every look where the source does not date it: it is of now, as far as anybody knows', () => {
    expect(sizes({ policies: thresholds, load: [80], from: 2, isDated: false })).toEqual([4, 6, 8, 10]);
  });

  test('is reported with its time', () => {
    const resource = new WatchedResource(spec({ policies: thresholds }), 4);
    const lastChange = { sentAtMs: start + 200, upSentAtMs: null, confirmed: true };
    const { reason, target } = resource.look({
      atMs: 15 * seconds,
      readings: { load: { value: 80, atMs: start, isDated: true } },
      lastChange,
    });
    expect(target).toBe(4);
    expect(reason).toBe(
      'Asked for 4 (thresholds load: load is of 2026-11-25T12:00:00.000Z, before the last change, and not counted again). Stay at 4.',
    );
  });

  test('keeps the requested capacity, not the capacity that a run has reached', () => {
    const resource = new WatchedResource(spec({ policies: utilization }), 3);
    const look = { atMs: 15 * seconds, lastChange: { sentAtMs: start + 200, upSentAtMs: null, confirmed: true } };
    const readings = { load: { value: 100, atMs: start, isDated: true } };
    expect(resource.look({ ...look, readings, run: { target: 6, isOwn: true } }).target).toBe(6);
  });

  test('keeps its age where the clock is set back', () => {
    const resource = new WatchedResource(spec({ policies: thresholds }), 4);
    const lastChange = { sentAtMs: start + 59 * seconds, upSentAtMs: null, confirmed: true };
    resource.look({ atMs: minutes, readings: { load: { value: 80, atMs: start, isDated: true } }, lastChange });
    // An hour back by our clock, and by that of the source, which has a newer one.
    const { target } = resource.look({
      atMs: -59 * minutes,
      readings: { load: { value: 80, atMs: start - 59 * minutes, isDated: true } },
    });
    expect(target).toBe(6);
  });

  test('blocks nothing of a policy that reads another signal', () => {
    const both = spec({
      signals: ['load', 'other'],
      policies: [...thresholds, { type: 'perUnit', value: 'other', target: 1 }],
    });
    const readings: Record<string, Reading> = {
      load: { value: 80, atMs: start, isDated: true },
      other: { value: 9, atMs: start + 15 * seconds },
    };
    const lastChange = { sentAtMs: start + 200, upSentAtMs: null, confirmed: true };
    expect(new WatchedResource(both, 4).look({ atMs: 15 * seconds, readings, lastChange }).target).toBe(9);
  });
});

test.each<[string, NonNullable<Written>[number], boolean | undefined]>([
  ['thresholds', thresholds[0]!, true],
  ['utilization', utilization[0]!, true],
  ['perUnit', perUnit[0]!, false],
  ['perUnit that reads current', imported[0]!, true],
  ['fixed', { type: 'fixed', capacity: 1 }, undefined],
  ['schedule', { type: 'schedule', timezone: 'UTC', windows: [{ from: '09:00', to: '17:00', min: 1 }] }, undefined],
  ['forecast', { type: 'forecast', value: 'load', target: 1 }, undefined],
])('whether %s depends on the observed capacity', (_, policy, isRelative) => {
  expect(spec({ policies: [policy] }).policies[0]?.isRelative).toBe(isRelative);
});
