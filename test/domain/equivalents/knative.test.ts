/** What Knative's autoscaler (knative/serving, 98e5ef90) decides besides its panic, in our language: docs/coming-from.md. */
import type { Behavior } from '../../../src/domain/behavior-settings.js';
import { seconds, spec, WatchedResource, type WrittenAutoscale } from '../autoscale/watched-resource.js';

/** Ten requests a unit; it decides every two seconds. */
const ten = (value = 'load'): WrittenAutoscale => ({
  intervalMs: 2 * seconds,
  policies: [{ type: 'perUnit', value, target: 10 }],
});

/** At most so many times the units that are ready, or a share of them, at each decision. None count as one. */
const rates = ({ up, down }: { up?: number; down?: number }): Behavior => ({
  ...(up && {
    scaleUp: {
      policies: [
        { type: 'Percent', value: Math.round((up - 1) * 100), periodSeconds: 1 },
        { type: 'Pods', value: Math.max(1, Math.ceil(up)), periodSeconds: 1 },
      ],
    },
  }),
  ...(down && {
    scaleDown: { policies: [{ type: 'Percent', value: Math.round((1 - 1 / down) * 100), periodSeconds: 1 }] },
  }),
});

describe('the largest rates', () => {
  test.each([
    ['up 10 from none', { up: 10 }, 5000, 0, 10],
    ['up 2', { up: 2 }, 1000, 5, 10],
    ['down 2', { down: 2 }, 10, 7, 3],
    ['down 2, further', { down: 2 }, 20, 20, 10],
  ])('%s', (_, written, load, capacity, expected) => {
    const resource = new WatchedResource(spec({ ...ten(), behavior: rates(written) }), capacity);
    expect(resource.look({ load }).target).toBe(expected);
  });

  // Below two, the Pods policy that only counts from none would allow more.
  test.each([
    ['up 1.5', 50, 100, 4, 6],
    ['up 1.1 is one more, at least', 10, 30, 2, 3],
  ])('%s', (_, percent, load, capacity, expected) => {
    const scaleUp = { policies: [{ type: 'Percent' as const, value: percent, periodSeconds: 1 }] };
    const resource = new WatchedResource(spec({ ...ten(), behavior: { scaleUp } }), capacity);
    expect(resource.look({ load }).target).toBe(expected);
  });
});

describe('the scale-down delay', () => {
  test.each([
    [5, 5, [50, 30, 30, 30], [5, 5, 5, 3]],
    [4, 9, [90, 80, 70, 60], [9, 9, 8, 7]],
    [6, 1, [10, 0, 0, 0], [1, 1, 1, 0]],
  ])('of %d s, from %d units, at %j', (stabilizationWindowSeconds, capacity, loads, expected) => {
    const delayed = spec({ ...ten(), behavior: { scaleDown: { stabilizationWindowSeconds } } });
    const resource = new WatchedResource(delayed, capacity);
    const targets = loads.map((load, tick) => resource.look({ atMs: tick * 2 * seconds, load }).target);
    expect(targets).toEqual(expected);
  });
});

describe('the activation scale', () => {
  test.each([
    [2, 1, 0, 2, 'the first request starts so many'],
    [5, 12, 1, 5, 'and more than the load needs'],
    [5, 0, 1, 0, 'nothing starts none'],
    [5, 120, 1, 12, 'a load that needs more gets more'],
  ])('of %d, at %d over %d units: %d, %s', (activation, load, capacity, expected) => {
    const activated = spec(ten(`load > 0 ? max(load, ${activation} * 10) : 0`));
    expect(new WatchedResource(activated, capacity).look({ load }).target).toBe(expected);
  });
});
