import { compileSchedule, scheduleSchema } from '../../../src/domain/policies/schedule.js';
import { limits } from '../autoscale/watched-resource.js';

/** One step of any size, 5 minutes apart, and an evaluation every minute. */
const pace = { limits: limits({ cooldownMs: { up: 300_000, down: 0 } }), intervalMs: 60_000 };

function boundsAt(written: object, at: string): [floor: number | null, ceiling: number | null] {
  const settings = scheduleSchema.parse({ type: 'schedule', timezone: 'UTC', ...written });
  const { floor, ceiling } = compileSchedule(settings, pace).boundsAt(Date.parse(at));
  return [floor, ceiling];
}

const working = { windows: [{ from: '09:00', to: '17:00', capacity: 10 }], otherwise: 2 };

const hourMs = 3_600_000;

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

describe('schedule', () => {
  test.each([
    ['2026-11-25T09:00:00Z', 10, 'the start is inside'],
    ['2026-11-25T12:00:00Z', 10, 'the middle'],
    ['2026-11-25T16:59:59Z', 10, 'a second before the end'],
    ['2026-11-25T17:00:00Z', 2, 'the end is outside'],
    ['2026-11-25T08:59:59.999Z', 2, 'a millisecond before the start'],
    ['2026-11-26T00:00:00Z', 2, 'midnight'],
    ['2026-11-28T12:00:00Z', 10, 'without days, a Saturday is included'],
    ['2026-11-29T09:30:00Z', 10, 'without days, a Sunday is included'],
  ])('a working day at %s: %d, %s', (at, capacity) => {
    expect(boundsAt(working, at)).toEqual([capacity, capacity]);
  });

  test.each([
    ['Europe/Berlin', '2026-01-15T08:00:00Z', 10, '09:00 in winter'],
    ['Europe/Berlin', '2026-01-15T07:59:59Z', 2, '08:59:59 in winter'],
    ['Europe/Berlin', '2026-07-15T07:00:00Z', 10, '09:00 in summer'],
    ['Europe/Berlin', '2026-07-15T15:00:00Z', 2, '17:00 in summer'],
    ['America/New_York', '2026-11-25T14:00:00Z', 10, '09:00 five hours behind'],
    ['Asia/Kolkata', '2026-11-25T03:30:00Z', 10, '09:00 with an offset of half an hour'],
    ['Asia/Kathmandu', '2026-11-25T03:15:00Z', 10, '09:00 with an offset of a quarter of an hour'],
  ])('%s at %s: %d, %s', (timezone, at, capacity) => {
    expect(boundsAt({ ...working, timezone }, at)).toEqual([capacity, capacity]);
  });

  const night = { windows: [{ days: 'mon-fri', from: '22:00', to: '06:00', max: 1 }] };

  test.each([
    ['2026-11-27T22:00:00Z', true, 'Friday evening'],
    ['2026-11-28T05:59:00Z', true, 'Saturday morning belongs to the night of Friday'],
    ['2026-11-28T06:00:00Z', false, 'the end of the night of Friday'],
    ['2026-11-28T23:00:00Z', false, 'Saturday evening'],
    ['2026-11-30T05:00:00Z', false, 'Monday morning belongs to the night of Sunday'],
    ['2026-11-30T22:30:00Z', true, 'Monday evening'],
  ])('a window that crosses midnight at %s: %s, %s', (at, isOpen) => {
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

  test('begins and ends exactly at its minutes', () => {
    const windows = [{ from: '09:07', to: '09:23', min: 3 }];
    const floors = ['09:06:59', '09:07:00', '09:22:59', '09:23:00'].map((time) =>
      boundsAt({ windows }, `2026-11-25T${time}Z`),
    );
    expect(floors.map(([floor]) => floor)).toEqual([null, 3, 3, null]);
  });

  test('a window with equal from and to lasts a whole day', () => {
    const windows = [{ days: 'wed', from: '09:00', to: '09:00', min: 3 }];
    expect(boundsAt({ windows }, '2026-11-25T09:00:00Z')[0]).toBe(3);
    expect(boundsAt({ windows }, '2026-11-26T08:59:00Z')[0]).toBe(3);
    expect(boundsAt({ windows }, '2026-11-26T09:00:00Z')[0]).toBeNull();
  });

  test('its reason names the next day', () => {
    const settings = scheduleSchema.parse({
      type: 'schedule',
      timezone: 'UTC',
      windows: [{ days: 'wed', from: '09:00', to: '09:00', min: 3 }],
    });
    const { reason } = compileSchedule(settings, pace).boundsAt(Date.parse('2026-11-25T10:00:00Z'));
    expect(reason).toBe('wed 09:00-09:00 the next day UTC: at least 3');
  });

  describe('windows on days of the calendar', () => {
    test.each([
      ['in the middle', '19-27', '2026-11-23T12:00:00Z', true],
      ['the first moment', '19-27', '2026-11-19T00:00:00Z', true],
      ['the last moment', '19-27', '2026-11-27T23:59:59Z', true],
      ['the moment after', '19-27', '2026-11-28T00:00:00Z', false],
      ['the moment before', '19-27', '2026-11-18T23:59:59Z', false],
      ['one of a list', '1,15', '2026-11-15T12:00:00Z', true],
      ['between those of a list', '1,15', '2026-11-14T12:00:00Z', false],
      ['over the end of a month', '28-3', '2026-12-01T12:00:00Z', true],
      ['over the end of a short month', '28-3', '2027-02-28T12:00:00Z', true],
      ['after it', '28-3', '2026-12-04T00:00:00Z', false],
      ['one that a month has not', '31', '2026-11-30T12:00:00Z', false],
    ])('of the month, %s: %s at %s: %s', (_, daysOfMonth, at, isOpen) => {
      expect(boundsAt({ windows: [{ daysOfMonth, min: 3 }] }, at)[0]).toBe(isOpen ? 3 : null);
    });

    test.each([
      ['a date', '2026-12-24', '2026-12-24T12:00:00Z', true],
      ['only that year', '2026-12-24', '2027-12-24T12:00:00Z', false],
      ['a range, its last moment', '2026-12-24..2027-01-06', '2027-01-06T23:59:59Z', true],
      ['a range, after it', '2026-12-24..2027-01-06', '2027-01-07T00:00:00Z', false],
      ['every year', '12-24..12-26', '2031-12-25T12:00:00Z', true],
      ['over the end of every year', '12-24..01-02', '2031-01-02T12:00:00Z', true],
      ['and after it', '12-24..01-02', '2031-01-03T00:00:00Z', false],
      ['a day that only leap years have', '02-29', '2028-02-29T12:00:00Z', true],
      ['in the others', '02-29', '2027-03-01T12:00:00Z', false],
      ['several', '05-01, 10-03', '2026-10-03T12:00:00Z', true],
    ])('by date, %s: %s at %s: %s', (_, dates, at, isOpen) => {
      expect(boundsAt({ windows: [{ dates, min: 3 }] }, at)[0]).toBe(isOpen ? 3 : null);
    });

    test('a window that crosses midnight belongs to the day on which it begins', () => {
      const windows = [{ daysOfMonth: '27', from: '22:00', to: '06:00', min: 3 }];
      expect(floorsBetween({ windows }, '2026-11-26T00:00:00Z', '2026-11-30T00:00:00Z')).toEqual([
        '2026-11-27T22:00 3',
        '2026-11-28T06:00 none',
      ]);
    });

    test('a day must match all of days, daysOfMonth and dates', () => {
      const windows = [{ days: 'fri', daysOfMonth: '13', min: 3 }];
      expect(boundsAt({ windows }, '2026-11-13T12:00:00Z')[0]).toBe(3);
      expect(boundsAt({ windows }, '2026-11-20T12:00:00Z')[0]).toBeNull();
      expect(boundsAt({ windows }, '2026-12-13T12:00:00Z')[0]).toBeNull();
    });

    test('whole days of the week require no times', () => {
      expect(
        floorsBetween({ windows: [{ days: 'sat,sun', min: 3 }] }, '2026-11-27T00:00:00Z', '2026-12-02T00:00:00Z'),
      ).toEqual(['2026-11-28T00:00 3', '2026-11-30T00:00 none']);
    });

    test('the day is that of the time zone, not of UTC', () => {
      const tokyo = { timezone: 'Asia/Tokyo', windows: [{ dates: '2026-12-25', min: 3 }] };
      expect(floorsBetween(tokyo, '2026-12-24T00:00:00Z', '2026-12-26T00:00:00Z')).toEqual([
        '2026-12-24T15:00 3',
        '2026-12-25T15:00 none',
      ]);
    });
  });

  test('a later window takes precedence, with any bounds', () => {
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

  test('a window and otherwise may set a minimum and a maximum', () => {
    const written = { windows: [{ from: '09:00', to: '17:00', min: 2, max: 5 }], otherwise: { max: 1 } };
    expect(boundsAt(written, '2026-11-25T10:00:00Z')).toEqual([2, 5]);
    expect(boundsAt(written, '2026-11-25T20:00:00Z')).toEqual([null, 1]);
  });

  test('states the window in the reason', () => {
    const settings = scheduleSchema.parse({ type: 'schedule', timezone: 'Europe/Berlin', ...working });
    const { reason } = compileSchedule(settings, pace).boundsAt(Date.parse('2026-11-25T10:00:00Z'));
    expect(reason).toBe('mon-sun 09:00-17:00 Europe/Berlin: exactly 10');
  });

  /** In Berlin, 02:00 to 03:00 is skipped on 2026-03-29, and comes twice on 2026-10-25. */
  describe('when the clocks change', () => {
    const berlin = (windows: object[]) => ({ timezone: 'Europe/Berlin', windows });
    const inTheGap = berlin([{ from: '02:00', to: '02:30', min: 4 }]);
    const acrossIt = berlin([{ from: '01:30', to: '03:30', min: 4 }]);

    test('a window in the skipped hour does not open', () => {
      for (let minute = 0; minute < 24 * 60; minute += 5) {
        const at = new Date(Date.parse('2026-03-28T23:00:00Z') + minute * 60_000).toISOString();
        expect(boundsAt(inTheGap, at)[0]).toBeNull();
      }
    });

    test('a window across the skipped hour is an hour shorter', () => {
      expect(boundsAt(acrossIt, '2026-03-29T00:29:00Z')[0]).toBeNull();
      expect(boundsAt(acrossIt, '2026-03-29T00:30:00Z')[0]).toBe(4);
      expect(boundsAt(acrossIt, '2026-03-29T01:29:00Z')[0]).toBe(4);
      expect(boundsAt(acrossIt, '2026-03-29T01:30:00Z')[0]).toBeNull();
    });

    test('a window in the repeated hour opens twice', () => {
      expect(boundsAt(inTheGap, '2026-10-25T00:10:00Z')[0]).toBe(4);
      expect(boundsAt(inTheGap, '2026-10-25T00:40:00Z')[0]).toBeNull();
      expect(boundsAt(inTheGap, '2026-10-25T01:10:00Z')[0]).toBe(4);
      expect(boundsAt(inTheGap, '2026-10-25T01:40:00Z')[0]).toBeNull();
    });

    test.each([
      ['the 19th until the end of the 27th', '03', '2026-03-18T23:00', '2026-03-27T23:00'],
      ['over the skipped hour', '03', '2026-03-27T23:00', '2026-03-29T22:00', '28-29'],
      ['over the repeated hour', '10', '2026-10-18T22:00', '2026-10-27T23:00'],
    ])(
      'whole days of the month have no gap, and not an hour too much: %s',
      (_, month, opens, closes, days = '19-27') => {
        const changes = floorsBetween(
          berlin([{ daysOfMonth: days, min: 4 }]),
          `2026-${month}-15T00:00:00Z`,
          `2026-${month}-31T00:00:00Z`,
        );
        expect(changes).toEqual([`${opens} 4`, `${closes} none`]);
      },
    );

    test.each([
      ['dates', { dates: '2026-10-19..2026-10-27' }],
      ['patterns for both ends', { cron: '0 0 19 * *', until: '0 0 28 * *' }],
    ])('whole days follow the calendar: %s', (_, window) => {
      const changes = floorsBetween(berlin([{ ...window, min: 4 }]), '2026-10-10T00:00:00Z', '2026-10-31T00:00:00Z');
      expect(changes).toEqual(['2026-10-18T22:00 4', '2026-10-27T23:00 none']);
    });

    test('a window with a duration ends an hour earlier or later by the wall clock', () => {
      const changes = floorsBetween(
        berlin([{ cron: '0 0 19 * *', forMs: 9 * 24 * hourMs, min: 4 }]),
        '2026-10-10T00:00:00Z',
        '2026-10-31T00:00:00Z',
      );
      expect(changes).toEqual(['2026-10-18T22:00 4', '2026-10-27T22:00 none']);
    });

    test('a window with until ends at that time of the wall clock, with any length of the night', () => {
      const night = berlin([{ cron: '10 19 * * *', until: '06:00', min: 4 }]);
      expect(floorsBetween(night, '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toEqual([
        '2026-03-28T18:10 4',
        '2026-03-29T04:00 none',
        '2026-03-29T17:10 4',
        '2026-03-30T04:00 none',
      ]);
      expect(floorsBetween(night, '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z')).toEqual([
        '2026-10-24T17:10 4',
        '2026-10-25T05:00 none',
        '2026-10-25T18:10 4',
        '2026-10-26T05:00 none',
      ]);
    });

    test.each([
      ['skipped is at the end of the gap', '2026-03-28', '2026-03-29T01:00'],
      ['repeated is at the first of the two times', '2026-10-24', '2026-10-25T00:30'],
    ])('an end whose time is %s', (_, day, ends) => {
      const changes = floorsBetween(
        berlin([{ cron: '0 22 * * *', until: '02:30', min: 4 }]),
        `${day}T12:00:00Z`,
        `${ends.slice(0, 10)}T12:00:00Z`,
      );
      expect(changes.at(-1)).toBe(`${ends} none`);
      expect(changes.length).toBe(2);
    });

    test('a cron window whose start is skipped starts at the end of the gap', () => {
      const window = berlin([{ cron: '30 2 * * *', forMs: 3_600_000, min: 4 }]);
      expect(boundsAt(window, '2026-03-29T00:59:59Z')[0]).toBeNull();
      expect(boundsAt(window, '2026-03-29T01:00:00Z')[0]).toBe(4);
      expect(boundsAt(window, '2026-03-29T02:00:00Z')[0]).toBeNull();
    });

    test('a cron window whose start is repeated starts once, and lasts for its duration', () => {
      const window = berlin([{ cron: '30 2 * * *', forMs: 3_600_000, min: 4 }]);
      expect(boundsAt(window, '2026-10-25T00:30:00Z')[0]).toBe(4);
      expect(boundsAt(window, '2026-10-25T01:29:59Z')[0]).toBe(4);
      expect(boundsAt(window, '2026-10-25T01:30:00Z')[0]).toBeNull();
    });
  });

  test('a cron window is open from its start for its duration, with calls in any order of time', () => {
    const settings = scheduleSchema.parse({
      type: 'schedule',
      timezone: 'UTC',
      windows: [{ cron: '0 9 * * mon-fri', forMs: 2 * 3_600_000, min: 6 }],
    });
    const schedule = compileSchedule(settings, pace);
    const floors = ['11:00:00', '09:00:00', '08:59:59', '10:59:59', '10:00:00', '23:00:00', '09:30:00'].map(
      (time) => schedule.boundsAt(Date.parse(`2026-11-25T${time}Z`)).floor,
    );
    expect(floors).toEqual([null, 6, null, 6, 6, null, 6]);
    expect(schedule.boundsAt(Date.parse('2026-11-28T09:30:00Z')).floor).toBeNull();
  });

  describe('a cron window with until', () => {
    const between = (window: object, from: string, to: string) =>
      floorsBetween({ windows: [{ ...window, min: 3 }] }, from, to);

    test('is open from a start to the first end after it, with any number of starts in between', () => {
      const working = { cron: '0 9-12 * * mon-fri', until: '17:00' };
      expect(between(working, '2026-11-27T00:00:00Z', '2026-11-30T20:00:00Z')).toEqual([
        '2026-11-27T09:00 3',
        '2026-11-27T17:00 none',
        '2026-11-30T09:00 3',
        '2026-11-30T17:00 none',
      ]);
    });

    test('may last several days', () => {
      expect(
        between({ cron: '0 18 * * fri', until: '0 6 * * mon' }, '2026-11-26T00:00:00Z', '2026-12-01T00:00:00Z'),
      ).toEqual(['2026-11-27T18:00 3', '2026-11-30T06:00 none']);
    });

    test('may last several months, and does not depend on the time at which it is compiled', () => {
      const window = { windows: [{ cron: '0 0 1 3 *', until: '0 0 1 11 *', min: 3 }] };
      const floors = ['02-28T23:59', '03-01T00:00', '07-15T12:00', '10-31T23:59', '11-01T00:00'].map(
        (at) => boundsAt(window, `2026-${at}:00Z`)[0],
      );
      expect(floors).toEqual([null, 3, 3, 3, null]);
    });

    test('a start at the time of an end continues the window', () => {
      expect(between({ cron: '0 9 * * *', until: '09:00' }, '2026-11-25T00:00:00Z', '2026-11-27T00:00:00Z')).toEqual([
        '2026-11-25T00:00 3',
      ]);
    });

    test('may end at midnight', () => {
      for (const until of ['24:00', '00:00']) {
        expect(between({ cron: '0 22 * * *', until }, '2026-11-25T12:00:00Z', '2026-11-26T12:00:00Z')).toEqual([
          '2026-11-25T22:00 3',
          '2026-11-26T00:00 none',
        ]);
      }
    });

    test('may have an end that occurs rarely', () => {
      const window = { windows: [{ cron: '0 0 1 1 *', until: '0 0 29 2 *', min: 3 }] };
      expect(boundsAt(window, '2028-02-28T12:00:00Z')[0]).toBe(3);
      expect(boundsAt(window, '2028-02-29T00:00:00Z')[0]).toBeNull();
      expect(boundsAt(window, '2029-12-31T12:00:00Z')[0]).toBe(3);
    });

    test('states its end in the reason', () => {
      const settings = scheduleSchema.parse({
        type: 'schedule',
        timezone: 'UTC',
        windows: [{ cron: '10 19 * * *', until: '06:00', capacity: 0 }],
      });
      const { reason } = compileSchedule(settings, pace).boundsAt(Date.parse('2026-11-25T23:00:00Z'));
      expect(reason).toBe('cron 10 19 * * * until 06:00 UTC: exactly 0');
    });
  });

  test('overlapping cron windows form one window', () => {
    const windows = [{ cron: '*/10 * * * *', forMs: 15 * 60_000, min: 6 }];
    for (let minute = 0; minute < 60; minute += 1) {
      expect(boundsAt({ windows }, `2026-11-25T12:${String(minute).padStart(2, '0')}:30Z`)[0]).toBe(6);
    }
  });

  test.each([
    [{ timezone: 'Europe/Berln' }, 'is not a supported time zone'],
    [{ timezone: 'CET+1' }, 'is not a supported time zone'],
    [{ windows: [] }, 'Too small'],
  ])('%j is refused', (written, message) => {
    const result = scheduleSchema.safeParse({ type: 'schedule', timezone: 'UTC', ...working, ...written });
    expect(result.error?.issues[0]?.message).toContain(message);
  });

  test.each(['Europe/Berlin', 'US/Eastern', 'Asia/Calcutta'])('%s is a valid time zone', (timezone) => {
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
    [{ cron: '0 9 * * *', forMs: 60_000, until: '17:00', min: 1 }],
    [{ cron: '0 9 * * *', until: '9:00', min: 1 }],
    [{ from: '09:00', min: 1 }],
    [{ to: '09:00', min: 1 }],
    [{ min: 1 }],
    [{ daysOfMonth: '0', min: 1 }],
    [{ daysOfMonth: '32', min: 1 }],
    [{ daysOfMonth: '1-5-9', min: 1 }],
    [{ dates: '2026-02-30', min: 1 }],
    [{ dates: '2026-13-01', min: 1 }],
    [{ dates: '2026-12-26..2026-12-24', min: 1 }],
    [{ dates: '2026-12-24..12-26', min: 1 }],
    [{ dates: '', min: 1 }],
  ])('a window %j is refused', (window) => {
    expect(scheduleSchema.safeParse({ type: 'schedule', timezone: 'UTC', windows: [window] }).success).toBe(false);
  });
});
