/** Windows that raise their floor before they begin. What the floors are: early-floor.test.ts. */
import { compileSchedule, schedule, scheduleSchema } from '../../../src/domain/policies/schedule.js';
import { limits, spec, start, WatchedResource } from '../autoscale/watched-resource.js';

/** One step of any size, 5 minutes apart, and an evaluation every minute. */
const pace = { limits: limits({ cooldownMs: { up: 300_000, down: 0 } }), intervalMs: 60_000 };

function boundsAt(written: object, at: string): [floor: number | null, ceiling: number | null] {
  const settings = scheduleSchema.parse({ type: 'schedule', timezone: 'UTC', ...written });
  const { floor, ceiling } = compileSchedule(settings, pace).boundsAt(Date.parse(at));
  return [floor, ceiling];
}

/** The times at which the floor of a schedule comes and goes, looking every 5 minutes. */
function floorsBetween(written: object, from: string, to: string): string[] {
  const settings = scheduleSchema.parse({ type: 'schedule', timezone: 'UTC', ...written });
  const schedule = compileSchedule(settings, pace);
  const changes: string[] = [];
  let before: number | null = null;
  for (let atMs = Date.parse(from); atMs < Date.parse(to); atMs += 5 * 60_000) {
    const { floor } = schedule.boundsAt(atMs);
    if (floor !== before) changes.push(`${new Date(atMs).toISOString().slice(0, 16)} ${floor ?? 'none'}`);
    before = floor;
  }
  return changes;
}

describe('a window that must be ready when it begins', () => {
  const day = { days: 'mon-fri', from: '09:00', to: '17:00' };
  const early = (window: object, more: object = {}) => ({ windows: [{ ...day, ready: true, ...window }], ...more });
  const floorOn = (written: object, time: string) => boundsAt(written, `2026-11-25T${time}Z`);

  test('raises its floor before it begins, and keeps it until its end', () => {
    // One pause of 5 minutes, and one interval of a minute.
    expect(floorsBetween(early({ min: 4 }), '2026-11-26T00:00:00Z', '2026-11-28T00:00:00Z')).toEqual([
      '2026-11-26T08:55 4',
      '2026-11-26T17:00 none',
      '2026-11-27T08:55 4',
      '2026-11-27T17:00 none',
    ]);
  });

  test.each([
    ['a later window keeps it from beginning', { from: '07:00', to: '12:00', max: 2 }, '08:59:00', [null, 2]],
    ['a later window ends', { from: '07:00', to: '12:00', max: 2 }, '11:55:00', [4, 4]],
  ])('counts from when it is in force: %s', (_, later, time, bounds) => {
    expect(floorOn({ windows: [{ ...day, min: 4, ready: true }, later] }, time)).toEqual(bounds);
  });

  test.each([
    ['a ceiling outside all windows', early({ min: 4 }, { otherwise: { max: 1 } }), [4, 4]],
    ['a capacity outside all windows', early({ min: 4 }, { otherwise: 0 }), [4, 4]],
    ['a higher floor', early({ min: 4 }, { otherwise: { min: 6 } }), [6, null]],
    ['a capacity of the window', early({ capacity: 4 }), [4, null]],
    ['startup', early({ min: 4, ready: { startup: '10m' } }), [4, null]],
  ])('meets %s', (_, written, bounds) => {
    expect(floorOn(written, '08:58:00')).toEqual(bounds);
  });

  test('adds the startup of the units', () => {
    // The last step waits for at most the readiness of an earlier one (10m2s), then its own units start (10m).
    const written = early({ min: 4, ready: { startup: '10m' } });
    expect(floorOn(written, '08:38:59')[0]).toBe(4);
    expect(floorOn(written, '08:38:58')[0]).toBeNull();
  });

  test('may be a window of a cron pattern', () => {
    const window = { cron: '0 9 * * *', forMs: 3_600_000, min: 4, ready: true };
    expect(floorsBetween({ windows: [window] }, '2026-11-25T00:00:00Z', '2026-11-26T00:00:00Z')).toEqual([
      '2026-11-25T08:55 4',
      '2026-11-25T10:00 none',
    ]);
  });

  test('gives the same answers in any order of time', () => {
    const settings = scheduleSchema.parse({ type: 'schedule', timezone: 'UTC', ...early({ min: 4 }) });
    const compiled = compileSchedule(settings, pace);
    const times = ['10:00', '08:56', '08:50', '16:00', '08:59', '23:00', '08:55', '07:00'];
    const at = (time: string) => Date.parse(`2026-11-25T${time}:00Z`);
    expect(times.map((time) => compiled.boundsAt(at(time)).floor)).toEqual([4, 4, null, 4, 4, null, 4, null]);
  });

  test('follows the wall clock when the clocks change', () => {
    const berlin = { timezone: 'Europe/Berlin', windows: [{ from: '03:00', to: '05:00', min: 4, ready: true }] };
    expect(floorsBetween(berlin, '2026-03-29T00:00:00Z', '2026-03-29T06:00:00Z')).toEqual([
      '2026-03-29T00:55 4',
      '2026-03-29T03:00 none',
    ]);
  });

  test('states in the reason what is raised for when', () => {
    const settings = scheduleSchema.parse({ type: 'schedule', timezone: 'UTC', ...early({ min: 4 }) });
    expect(compileSchedule(settings, pace).boundsAt(Date.parse('2026-11-25T08:58:00Z')).reason).toBe(
      'mon-fri 09:00-17:00 UTC: at least 4, so that 4 are ready at 2026-11-25T09:00:00.000Z',
    );
  });

  test.each([
    [{ max: 3, ready: true }, 'has no effect without a minimum in the same window'],
    [{ capacity: 0, ready: true }, 'has no effect without a minimum in the same window'],
    [{ min: 3, ready: { startup: '3' } }, '"3" has no unit'],
    [{ min: 3, ready: { startup: 3 } }, '3 has no unit'],
    [{ min: 3, ready: false }, 'expected true'],
    [{ min: 3, ready: { startup: '3m', at: 1 } }, 'Unrecognized key'],
  ])('%j is refused', (window, message) => {
    for (const written of [
      { ...day, ...window },
      { cron: '0 9 * * *', forMs: 60_000, ...window },
    ]) {
      const result = scheduleSchema.safeParse({ type: 'schedule', timezone: 'UTC', windows: [written] });
      expect(JSON.stringify(result.error?.issues)).toContain(JSON.stringify(message).slice(1, -1));
    }
  });

  test('is written in the same form for a cron pattern, beside its duration', () => {
    const windows = [{ cron: '0 9 * * *', for: '1h', min: 4, ready: { startup: '3m' } }];
    expect(schedule.written?.parse({ type: 'schedule', timezone: 'UTC', windows })).toMatchObject({
      windows: [{ forMs: 3_600_000, ready: { startup: '3m' } }],
    });
  });
});

describe('an evaluation', () => {
  const windows = [{ from: '12:30', to: '17:00', min: 4, ready: true as const }];
  const policies = [{ type: 'schedule' as const, timezone: 'UTC', windows, otherwise: 0 }];

  test('requests the early floor, and says for when', () => {
    const worker = new WatchedResource(spec({ policies }, { cooldownMs: { up: 300_000, down: 0 } }), 0);
    const before = worker.look({ atMs: Date.parse('2026-11-25T12:24:00Z') - start });
    expect(before.target).toBe(0);
    const { target, limits, policies: reports } = worker.look({ atMs: Date.parse('2026-11-25T12:25:00Z') - start });
    const reason = 'mon-sun 12:30-17:00 UTC: at least 4, so that 4 are ready at 2026-11-25T12:30:00.000Z';
    expect({ target, limits }).toEqual({
      target: 4,
      limits: [{ by: 'floor', from: 0, to: 4, reason: `schedule, ${reason}` }],
    });
    expect(reports).toEqual([{ policy: 'schedule', value: null, recommended: null, floor: 4, ceiling: 4, reason }]);
  });
});
