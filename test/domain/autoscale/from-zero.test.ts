/** From none to one unit is activation: it lies outside `behavior`, as KEDA's lies outside the HPA. */
import type { Behavior } from '../../../src/domain/behavior-settings.js';
import { minutes, spec, start, WatchedResource } from './watched-resource.js';

const following = (behavior: Behavior) =>
  spec({ policies: [{ type: 'perUnit', value: 'load', target: 1 }], behavior }, { max: 30 });

const percent = (value: number, periodSeconds = 60) => ({
  policies: [{ type: 'Percent' as const, value, periodSeconds }],
});
const pods = (value: number, periodSeconds = 60) => ({ policies: [{ type: 'Pods' as const, value, periodSeconds }] });

describe('a resource that has none', () => {
  test.each<[string, Behavior, number]>([
    ['a share of nothing is nothing', { scaleUp: percent(10) }, 1],
    ['a share above the whole', { scaleUp: percent(900) }, 1],
    ['the least of a share and a count', { scaleUp: { ...percent(10), selectPolicy: 'Min' } }, 1],
    ['a share beside a count', { scaleUp: { policies: [...percent(10).policies, ...pods(4).policies] } }, 4],
    ['no adding at all', { scaleUp: { selectPolicy: 'Disabled' } }, 1],
    ['a window over what is recommended', { scaleUp: { stabilizationWindowSeconds: 300 } }, 1],
    ['a count', { scaleUp: pods(4) }, 4],
    ['no limit', { scaleDown: percent(10) }, 30],
  ])('gets a first unit at once, whatever behavior allows: %s', (_, behavior, expected) => {
    const resource = new WatchedResource(following(behavior), 0);
    expect(resource.follow({ load: 0 })).toBe(0);
    expect(resource.follow({ atMs: minutes, load: 100 })).toBe(expected);
  });

  test('stays where it is while nothing is needed', () => {
    const resource = new WatchedResource(following({ scaleUp: percent(10) }), 0);
    expect(resource.look({ load: 0 })).toMatchObject({ target: 0, limits: [] });
  });

  test('then grows by at least one unit a period, and the first one is none of them', () => {
    const resource = new WatchedResource(following({ scaleUp: percent(10) }), 0);
    const sizes = Array.from({ length: 6 }, (_, minute) => {
      const sentAtMs = start + (minute - 1) * minutes;
      const lastChange = minute === 0 ? null : { sentAtMs, upSentAtMs: sentAtMs, confirmed: true };
      return resource.follow({ atMs: minute * minutes, load: 100, lastChange });
    });
    expect(sizes).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('the first unit counts for no period: the count of a period comes on top', () => {
    const resource = new WatchedResource(following({ scaleUp: pods(4, 600) }), 0);
    resource.spec = following({ scaleUp: percent(10, 600) });
    expect(resource.follow({ load: 100 })).toBe(1);
    resource.spec = following({ scaleUp: pods(4, 600) });
    expect([1, 2, 3].map((minute) => resource.follow({ atMs: minute * minutes, load: 100 }))).toEqual([5, 5, 5]);
  });
});

describe('a resource that has one unit or more', () => {
  test.each([1, 2, 5, 9, 10, 11, 99, 100])('moves by at least one unit by any share: from %d', (from) => {
    const moving = (capacity: number, behavior: Behavior) =>
      new WatchedResource(spec({ policies: [{ type: 'fixed', capacity }], behavior }, { max: 1000 }), from).look({});
    expect(moving(1000, { scaleUp: percent(1) }).target).toBe(from + 1);
    expect(moving(0, { scaleDown: percent(1) }).target).toBe(from - 1);
  });
});
