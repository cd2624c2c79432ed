import { compileSchedule, scheduleSchema } from '../../../src/domain/policies/schedule.js';

function boundsAt(written: object, at: string): [floor: number | null, ceiling: number | null] {
  const settings = scheduleSchema.parse({ type: 'schedule', timezone: 'UTC', ...written });
  const { floor, ceiling } = compileSchedule(settings).boundsAt(Date.parse(at));
  return [floor, ceiling];
}

const working = { windows: [{ from: '09:00', to: '17:00', capacity: 10 }], otherwise: 2 };

describe('schedule', () => {
  test.each([
    ['2026-11-25T09:00:00Z', 10, 'the start is inside'],
    ['2026-11-25T12:00:00Z', 10, 'the middle'],
    ['2026-11-25T16:59:59Z', 10, 'a second before the end'],
    ['2026-11-25T17:00:00Z', 2, 'the end is outside'],
    ['2026-11-25T08:59:59.999Z', 2, 'a millisecond before the start'],
    ['2026-11-26T00:00:00Z', 2, 'midnight'],
    ['2026-11-28T12:00:00Z', 10, 'without days, a Saturday counts'],
    ['2026-11-29T09:30:00Z', 10, 'and a Sunday'],
  ])('a working day at %s: %d, %s', (at, capacity) => {
    expect(boundsAt(working, at)).toEqual([capacity, capacity]);
  });

  test.each([
    ['Europe/Berlin', '2026-01-15T08:00:00Z', 10, '09:00 in winter'],
    ['Europe/Berlin', '2026-01-15T07:59:59Z', 2, '08:59:59 in winter'],
    ['Europe/Berlin', '2026-07-15T07:00:00Z', 10, '09:00 in summer'],
    ['Europe/Berlin', '2026-07-15T15:00:00Z', 2, '17:00 in summer'],
    ['America/New_York', '2026-11-25T14:00:00Z', 10, '09:00 five hours behind'],
    ['Asia/Kolkata', '2026-11-25T03:30:00Z', 10, '09:00 at half past'],
    ['Asia/Kathmandu', '2026-11-25T03:15:00Z', 10, '09:00 at a quarter past'],
  ])('%s at %s: %d, %s', (timezone, at, capacity) => {
    expect(boundsAt({ ...working, timezone }, at)).toEqual([capacity, capacity]);
  });

  const night = { windows: [{ days: 'mon-fri', from: '22:00', to: '06:00', max: 1 }] };

  test.each([
    ['2026-11-27T22:00:00Z', true, 'Friday evening'],
    ['2026-11-28T05:59:00Z', true, 'Saturday morning belongs to the night of Friday'],
    ['2026-11-28T06:00:00Z', false, 'Saturday, when it is over'],
    ['2026-11-28T23:00:00Z', false, 'Saturday evening'],
    ['2026-11-30T05:00:00Z', false, 'Monday morning belongs to the night of Sunday'],
    ['2026-11-30T22:30:00Z', true, 'Monday evening'],
  ])('a window over midnight at %s: %s, %s', (at, isOpen) => {
    expect(boundsAt(night, at)).toEqual([null, isOpen ? 1 : null]);
  });

  test.each([
    ['sat,sun', '2026-11-28T12:00:00Z', true],
    ['sat,sun', '2026-11-27T12:00:00Z', false],
    ['fri-mon', '2026-11-29T12:00:00Z', true],
    ['fri-mon', '2026-11-25T12:00:00Z', false],
    ['WED', '2026-11-25T12:00:00Z', true],
  ])('days %s at %s: %s', (days, at, isOpen) => {
    expect(boundsAt({ windows: [{ days, from: '00:00', to: '24:00', min: 3 }] }, at)).toEqual([
      isOpen ? 3 : null,
      null,
    ]);
  });

  test('begins and ends at the minute', () => {
    const windows = [{ from: '09:07', to: '09:23', min: 3 }];
    const floors = ['09:06:59', '09:07:00', '09:22:59', '09:23:00'].map((time) =>
      boundsAt({ windows }, `2026-11-25T${time}Z`),
    );
    expect(floors.map(([floor]) => floor)).toEqual([null, 3, 3, null]);
  });

  test('the same time twice is a whole day', () => {
    const windows = [{ days: 'wed', from: '09:00', to: '09:00', min: 3 }];
    expect(boundsAt({ windows }, '2026-11-25T09:00:00Z')[0]).toBe(3);
    expect(boundsAt({ windows }, '2026-11-26T08:59:00Z')[0]).toBe(3);
    expect(boundsAt({ windows }, '2026-11-26T09:00:00Z')[0]).toBeNull();
  });

  test('a later window wins, whatever it asks for', () => {
    const windows = [
      { from: '09:00', to: '17:00', min: 5 },
      { from: '12:00', to: '13:00', max: 2 },
    ];
    expect(boundsAt({ windows }, '2026-11-25T12:30:00Z')).toEqual([null, 2]);
    expect(boundsAt({ windows }, '2026-11-25T13:00:00Z')).toEqual([5, null]);
  });

  test('outside all windows, without otherwise, there are no bounds', () => {
    expect(boundsAt({ windows: [{ from: '09:00', to: '17:00', min: 5 }] }, '2026-11-25T20:00:00Z')).toEqual([
      null,
      null,
    ]);
  });

  test('a window may be floor and ceiling, and otherwise too', () => {
    const written = { windows: [{ from: '09:00', to: '17:00', min: 2, max: 5 }], otherwise: { max: 1 } };
    expect(boundsAt(written, '2026-11-25T10:00:00Z')).toEqual([2, 5]);
    expect(boundsAt(written, '2026-11-25T20:00:00Z')).toEqual([null, 1]);
  });

  test('says why', () => {
    const settings = scheduleSchema.parse({ type: 'schedule', timezone: 'Europe/Berlin', ...working });
    const { reason } = compileSchedule(settings).boundsAt(Date.parse('2026-11-25T10:00:00Z'));
    expect(reason).toBe('mon-sun 09:00-17:00 Europe/Berlin: exactly 10');
  });

  /** In Berlin, 02:00 to 03:00 is skipped on 2026-03-29, and comes twice on 2026-10-25. */
  describe('when clocks change', () => {
    const berlin = (windows: object[]) => ({ timezone: 'Europe/Berlin', windows });
    const inTheGap = berlin([{ from: '02:00', to: '02:30', min: 4 }]);
    const acrossIt = berlin([{ from: '01:30', to: '03:30', min: 4 }]);

    test('a window in the skipped hour does not happen', () => {
      for (let minute = 0; minute < 24 * 60; minute += 5) {
        const at = new Date(Date.parse('2026-03-28T23:00:00Z') + minute * 60_000).toISOString();
        expect(boundsAt(inTheGap, at)[0]).toBeNull();
      }
    });

    test('a window across it is an hour shorter', () => {
      expect(boundsAt(acrossIt, '2026-03-29T00:29:00Z')[0]).toBeNull();
      expect(boundsAt(acrossIt, '2026-03-29T00:30:00Z')[0]).toBe(4);
      expect(boundsAt(acrossIt, '2026-03-29T01:29:00Z')[0]).toBe(4);
      expect(boundsAt(acrossIt, '2026-03-29T01:30:00Z')[0]).toBeNull();
    });

    test('a window in the doubled hour happens twice', () => {
      expect(boundsAt(inTheGap, '2026-10-25T00:10:00Z')[0]).toBe(4);
      expect(boundsAt(inTheGap, '2026-10-25T00:40:00Z')[0]).toBeNull();
      expect(boundsAt(inTheGap, '2026-10-25T01:10:00Z')[0]).toBe(4);
      expect(boundsAt(inTheGap, '2026-10-25T01:40:00Z')[0]).toBeNull();
    });

    test('a cron window whose start is skipped starts when the clock is back', () => {
      const window = berlin([{ cron: '30 2 * * *', forMs: 3_600_000, min: 4 }]);
      expect(boundsAt(window, '2026-03-29T00:59:59Z')[0]).toBeNull();
      expect(boundsAt(window, '2026-03-29T01:00:00Z')[0]).toBe(4);
      expect(boundsAt(window, '2026-03-29T02:00:00Z')[0]).toBeNull();
    });

    test('a cron window whose start comes twice starts once, and lasts as long as it says', () => {
      const window = berlin([{ cron: '30 2 * * *', forMs: 3_600_000, min: 4 }]);
      expect(boundsAt(window, '2026-10-25T00:30:00Z')[0]).toBe(4);
      expect(boundsAt(window, '2026-10-25T01:29:59Z')[0]).toBe(4);
      expect(boundsAt(window, '2026-10-25T01:30:00Z')[0]).toBeNull();
    });
  });

  test('a cron window holds from its start for as long as it says, asked in any order', () => {
    const settings = scheduleSchema.parse({
      type: 'schedule',
      timezone: 'UTC',
      windows: [{ cron: '0 9 * * mon-fri', forMs: 2 * 3_600_000, min: 6 }],
    });
    const schedule = compileSchedule(settings);
    const floors = ['11:00:00', '09:00:00', '08:59:59', '10:59:59', '10:00:00', '23:00:00', '09:30:00'].map(
      (time) => schedule.boundsAt(Date.parse(`2026-11-25T${time}Z`)).floor,
    );
    expect(floors).toEqual([null, 6, null, 6, 6, null, 6]);
    expect(schedule.boundsAt(Date.parse('2026-11-28T09:30:00Z')).floor).toBeNull();
  });

  test('cron windows that overlap are one', () => {
    const windows = [{ cron: '*/10 * * * *', forMs: 15 * 60_000, min: 6 }];
    for (let minute = 0; minute < 60; minute += 1) {
      expect(boundsAt({ windows }, `2026-11-25T12:${String(minute).padStart(2, '0')}:30Z`)[0]).toBe(6);
    }
  });

  test.each([
    [{ timezone: 'Europe/Berln' }, 'is not a time zone'],
    [{ timezone: 'CET+1' }, 'is not a time zone'],
    [{ windows: [] }, 'Too small'],
  ])('%j is refused', (written, message) => {
    const result = scheduleSchema.safeParse({ type: 'schedule', timezone: 'UTC', ...working, ...written });
    expect(result.error?.issues[0]?.message).toContain(message);
  });

  test.each(['Europe/Berlin', 'US/Eastern', 'Asia/Calcutta'])('%s is a time zone', (timezone) => {
    expect(scheduleSchema.safeParse({ type: 'schedule', timezone, ...working }).success).toBe(true);
  });

  test.each([
    [{ from: '9:00', to: '17:00', min: 1 }],
    [{ from: '09:00', to: '24:30', min: 1 }],
    [{ from: '09:60', to: '17:00', min: 1 }],
    [{ from: '09:00', to: '17:00' }],
    [{ from: '09:00', to: '17:00', capacity: 1, min: 1 }],
    [{ from: '09:00', to: '17:00', min: 3, max: 2 }],
    [{ days: 'mo-fr', from: '09:00', to: '17:00', min: 1 }],
    [{ days: 'mon-wed-fri', from: '09:00', to: '17:00', min: 1 }],
    [{ cron: '61 * * * *', forMs: 60_000, min: 1 }],
    [{ cron: '0 9 * * *', min: 1 }],
  ])('a window %j is refused', (window) => {
    expect(scheduleSchema.safeParse({ type: 'schedule', timezone: 'UTC', windows: [window] }).success).toBe(false);
  });
});
