import { minutes, seconds, spec, WatchedResource, type WrittenAutoscale } from './watched-resource.js';
import type { ScaleSettings } from '../../../src/domain/scale/settings.js';

const policies: WrittenAutoscale['policies'] = [{ type: 'perUnit', value: 'load', target: 5 }];

function idleAfter(forMs: number, capacity: number, more: Partial<WrittenAutoscale> = {}): WatchedResource {
  return new WatchedResource(spec({ policies, idle: { value: 'load', forMs }, ...more }), capacity);
}

/** Looks every 15 s from one time to another, both included. */
function watch(resource: WatchedResource, fromMs: number, toMs: number, load: number | string): number {
  for (let atMs = fromMs; atMs <= toMs; atMs += 15 * seconds) resource.follow({ atMs, load });
  return resource.capacity;
}

describe('idle', () => {
  test('takes the last unit away only after the whole time without need', () => {
    const resource = idleAfter(5 * minutes, 1);
    watch(resource, 0, minutes, 3);
    expect(watch(resource, minutes + 15 * seconds, 5 * minutes + 45 * seconds, 0)).toBe(1);
    expect(resource.follow({ atMs: 6 * minutes, load: 0 })).toBe(0);
  });

  test('counts from the last need, not from the last change', () => {
    const resource = idleAfter(15 * minutes, 1);
    watch(resource, 0, 14 * minutes, 1);
    expect(watch(resource, 14 * minutes + 15 * seconds, 15 * minutes, 0)).toBe(1);
    expect(watch(resource, 15 * minutes, 28 * minutes + 45 * seconds, 0)).toBe(1);
    expect(resource.follow({ atMs: 29 * minutes, load: 0 })).toBe(0);
  });

  test('any need in between begins the time again', () => {
    const resource = idleAfter(5 * minutes, 1);
    watch(resource, 0, 0, 1);
    watch(resource, 15 * seconds, 4 * minutes, 0);
    resource.follow({ atMs: 4 * minutes + 15 * seconds, load: 1 });
    expect(watch(resource, 4 * minutes + 30 * seconds, 9 * minutes, 0)).toBe(1);
    expect(resource.follow({ atMs: 9 * minutes + 15 * seconds, load: 0 })).toBe(0);
  });

  test('starting to watch is no reason to scale in: nobody knows what was going on before', () => {
    const resource = idleAfter(5 * minutes, 3);
    expect(watch(resource, 0, 5 * minutes - 15 * seconds, 0)).toBe(3);
    expect(resource.look({ atMs: 5 * minutes - seconds, load: 0 }).limitedBy).toEqual(['idle']);
    expect(resource.follow({ atMs: 5 * minutes, load: 0 })).toBe(0);
  });

  test('once there was need, the policies go down to one before the time is over', () => {
    const resource = idleAfter(5 * minutes, 3);
    watch(resource, 0, 0, 12);
    expect(resource.follow({ atMs: 15 * seconds, load: 0 })).toBe(1);
  });

  test('at least one unit as soon as there is need', () => {
    expect(idleAfter(5 * minutes, 0).look({ load: 1 }).target).toBe(1);
    const fixed = idleAfter(5 * minutes, 0, { policies: [{ type: 'fixed', capacity: 0 }] });
    expect(fixed.look({ load: 1 })).toMatchObject({ recommended: 0, target: 1, limitedBy: ['idle'] });
  });

  test('what is asleep stays asleep while it is idle', () => {
    const resource = idleAfter(5 * minutes, 0, { policies: [{ type: 'fixed', capacity: 3 }] });
    expect(resource.look({ load: 0 })).toMatchObject({ recommended: 3, target: 0, limitedBy: ['idle'] });
  });

  test.each([
    [0, 1, 1],
    [1, 1, 0],
    [1, 2, 1],
  ])('atOrBelow %d with a load of %d wakes %d: need is strictly above', (atOrBelow, load, expected) => {
    const resource = idleAfter(minutes, 0, { idle: { value: 'load', atOrBelow, forMs: minutes } });
    expect(resource.look({ load }).target).toBe(expected);
  });

  test('an unknown load blocks scaling in, and its time is neither need nor idleness', () => {
    const resource = idleAfter(5 * minutes, 2);
    watch(resource, 0, 0, 10);
    watch(resource, 15 * seconds, 2 * minutes, 0);
    watch(resource, 2 * minutes + 15 * seconds, 4 * minutes, 'down');
    expect(resource.capacity).toBe(1);
    expect(watch(resource, 4 * minutes + 15 * seconds, 6 * minutes + 45 * seconds, 0)).toBe(1);
    expect(resource.follow({ atMs: 7 * minutes, load: 0 })).toBe(0);
  });

  test('a signal that is missing at one of ten evaluations does not prevent idleness permanently', () => {
    const resource = idleAfter(30 * seconds, 1);
    const zeroAfter = [...Array(30).keys()].find(
      (look) =>
        resource.follow({ atMs: look * 2 * seconds, load: look === 0 ? 1 : look % 10 === 9 ? 'down' : 0 }) === 0,
    );
    expect(zeroAfter).toBe(16);
  });

  test('a run from zero in progress is not stopped before the idle time is over', () => {
    const resource = idleAfter(5 * minutes, 0);
    watch(resource, 0, 0, 0);
    const run = { target: 3, isOwn: false };
    expect(resource.look({ atMs: 15 * seconds, load: 0, run }).target).toBe(3);
  });

  test('another policy without data keeps it awake', () => {
    const resource = new WatchedResource(
      spec({
        signals: ['load', 'other'],
        policies: [{ type: 'perUnit', value: 'other', target: 1 }],
        idle: { value: 'load', forMs: 0 },
      }),
      2,
    );
    const readings = { load: { value: 0, atMs: 0 }, other: { failure: 'down' } };
    expect(resource.look({ readings }).target).toBe(2);
  });

  test('and so it does when its fallback stands in', () => {
    const resource = new WatchedResource(
      spec({
        signals: ['load', 'other'],
        policies: [{ type: 'perUnit', value: 'other', target: 1 }],
        fallback: { after: 1, capacity: 'hold' },
        idle: { value: 'load', forMs: 0 },
      }),
      2,
    );
    const readings = { load: { value: 0, atMs: 0 }, other: { failure: 'down' } };
    expect(resource.look({ readings }).target).toBe(2);
  });

  test('a fallback replaces what is not known: the idle rule over the same signal does not block it', () => {
    const fallback = { after: 2, capacity: 3 };
    const resource = idleAfter(minutes, 8, { fallback });
    const failing = [0, 15, 30].map((at) => resource.look({ atMs: at * seconds, load: 'down' }).target);
    expect(failing).toEqual([8, 3, 3]);
  });

  test('and a fallback over another signal does not replace it', () => {
    const resource = new WatchedResource(
      spec({
        signals: ['load', 'other'],
        policies: [{ type: 'perUnit', value: 'other', target: 1 }],
        fallback: { after: 1, capacity: 3 },
        idle: { value: 'load', forMs: 0 },
      }),
      8,
    );
    expect(resource.look({ readings: { load: { failure: 'down' }, other: { failure: 'down' } } }).target).toBe(8);
  });

  test('a gap in watching begins the time again', () => {
    const resource = idleAfter(5 * minutes, 1);
    watch(resource, 0, 0, 1);
    resource.follow({ atMs: 15 * seconds, load: 0 });
    expect(resource.follow({ atMs: 60 * minutes, load: 0 })).toBe(1);
    expect(watch(resource, 60 * minutes, 65 * minutes, 0)).toBe(0);
  });

  test('a gap of some seconds in a watch that looks every second does not, and is no idle time where there was need', () => {
    const idle = { value: 'load', forMs: minutes };
    const quick = () => new WatchedResource(spec({ policies, idle, intervalMs: seconds }), 1);
    const resource = quick();
    for (let atS = 0; atS < 40; atS += 1) resource.follow({ atMs: atS * seconds, load: atS < 5 ? 1 : 0 });
    expect(resource.follow({ atMs: 60 * seconds, load: 0 })).toBe(1);
    expect(resource.follow({ atMs: 64 * seconds, load: 0 })).toBe(0);

    const busy = quick();
    for (let atS = 0; atS < 40; atS += 1) busy.follow({ atMs: atS * seconds, load: 1 });
    for (let atS = 60; atS < 120; atS += 1) busy.follow({ atMs: atS * seconds, load: 0 });
    expect(busy.capacity).toBe(1);
    expect(busy.follow({ atMs: 120 * seconds, load: 0 })).toBe(0);
  });

  test('steps, cooldowns and behavior hold on the way to zero', () => {
    const scale: Partial<ScaleSettings> = { step: { up: 1, down: 1 } };
    const slowly = {
      scaleDown: { policies: [{ type: 'Pods' as const, value: 1, periodSeconds: 60 }] },
    };
    const resource = new WatchedResource(
      spec(
        { policies: [{ type: 'fixed', capacity: 5 }], idle: { value: 'load', forMs: 5 * minutes }, behavior: slowly },
        scale,
      ),
      5,
    );
    const changes: string[] = [];
    for (let atMs = 0; atMs <= 12 * minutes; atMs += 15 * seconds) {
      const before = resource.capacity;
      const { next } = resource.look({ atMs, load: atMs === 0 ? 1 : 0 });
      if (next) resource.capacity = next.capacity;
      if (resource.capacity !== before) changes.push(`${atMs / minutes}: ${resource.capacity}`);
    }
    expect(changes).toEqual(['5: 4', '6: 3', '7: 2', '8: 1', '9: 0']);
  });

  describe('with a stabilization window', () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 300 } };
    const emptyFrom = (idle: NonNullable<WrittenAutoscale['idle']>): (number | undefined)[] => {
      const resource = new WatchedResource(spec({ policies, idle, behavior }), 3);
      const seen = Array.from({ length: 60 }, (_, look) =>
        resource.follow({ atMs: look * 15 * seconds, load: look === 0 ? 15 : 0 }),
      );
      return [1, 0].map((capacity) => seen.indexOf(capacity)).map((look) => (look < 0 ? undefined : look * 15));
    };

    test('the window counts from the end of the idle time, because one unit was recommended until then', () => {
      expect(emptyFrom({ value: 'load', forMs: 5 * minutes })).toEqual([300, 585]);
    });

    test('atOnce: not after the end of the idle time, and the way to one unit keeps the window', () => {
      expect(emptyFrom({ value: 'load', forMs: 6 * minutes, atOnce: true })).toEqual([300, 360]);
      expect(emptyFrom({ value: 'load', forMs: minutes, atOnce: true })).toEqual([undefined, 60]);
    });
  });

  test('atOnce: no rate limits the way to zero, and one that disables scaling in does not either', () => {
    const scaleDown = { selectPolicy: 'Disabled' as const };
    const resource = idleAfter(minutes, 7, {
      idle: { value: 'load', forMs: minutes, atOnce: true },
      behavior: { scaleDown },
    });
    expect(watch(resource, 0, 45 * seconds, 0)).toBe(7);
    expect(resource.follow({ atMs: minutes, load: 0 })).toBe(0);
  });

  test('a minimum of a schedule is need until it ends', () => {
    const hours = { type: 'schedule' as const, timezone: 'UTC', windows: [{ from: '09:00', to: '12:10', min: 4 }] };
    const resource = idleAfter(5 * minutes, 4, { policies: [hours] });
    expect(watch(resource, 0, 14 * minutes + 30 * seconds, 0)).toBe(1);
    expect(watch(resource, 14 * minutes + 45 * seconds, 15 * minutes, 0)).toBe(0);
  });

  describe('with a capacity', () => {
    const idle = { value: 'load', forMs: minutes, capacity: 2 };
    const busyAt = (capacity: number): WrittenAutoscale['policies'] => [
      { type: 'perUnit', value: 'load', target: 5 },
      { type: 'fixed', capacity },
    ];

    test('goes to it and stays there, and leaves it as soon as there is need', () => {
      const resource = new WatchedResource(spec({ policies: busyAt(3), idle }, { min: 2 }), 6);
      expect(watch(resource, 0, 0, 30)).toBe(6);
      expect(watch(resource, 15 * seconds, 45 * seconds, 0)).toBe(3);
      expect(watch(resource, minutes, 60 * minutes, 0)).toBe(2);
      expect(resource.follow({ atMs: 61 * minutes, load: 0.1 })).toBe(3);
    });

    test('need keeps it from going below', () => {
      const resource = new WatchedResource(spec({ policies, idle }, { min: 0 }), 1);
      expect(resource.follow({ load: 1 })).toBe(2);
    });

    test('needs a min that is not above it', () => {
      expect(() => spec({ policies, idle }, { min: 3 })).toThrow('scales to 2, but min is 3; set min to 2');
    });
  });

  test('needs min 0', () => {
    expect(() => spec({ policies, idle: { value: 'load', forMs: 0 } }, { min: 1 })).toThrow('min is 1; set min to 0');
  });
});
