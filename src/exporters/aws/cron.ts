/** Times of a window in the six fields of AWS: one of the two day fields is `?`, and Sunday is 1. */

/** @returns undefined where both day fields are set, which means either of them in cron, and is not possible in AWS. */
export function cronOfAws(cron: string): string | undefined {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.trim().split(/\s+/);
  if (day !== '*' && weekday !== '*') return undefined;
  const days = weekday === '*' ? [day, month, '?'] : ['?', month, weekdaysOfAws(weekday)];
  return `cron(${[minute, hour, ...days, '*'].join(' ').toUpperCase()})`.replace('CRON', 'cron');
}

/** `06:30` is every day at that time. */
export function cronOfTime(time: string): string | undefined {
  const [, hour, minute] = /^(\d{2}):(\d{2})$/.exec(time) ?? [];
  return hour === undefined ? undefined : `cron(${Number(minute)} ${Number(hour) % 24} * * ? *)`;
}

/** @returns undefined where the window ends on other days than it begins. */
export function cronOfDays(days: string | undefined, from: string, to: string) {
  const weekdays = days?.toUpperCase().replaceAll(' ', '');
  const isSameDay = from < to && to !== '24:00';
  if (weekdays !== undefined && !isSameDay) return undefined;
  const on = (time: string) => {
    const [hour, minute] = time.split(':').map(Number);
    const end = weekdays === undefined ? '* * ?' : `? * ${weekdays}`;
    return `cron(${minute ?? 0} ${(hour ?? 0) % 24} ${end} *)`;
  };
  return { begin: on(from), end: on(to) };
}

/** `0` and `7` are Sunday. */
function weekdaysOfAws(weekday: string): string {
  const [base = '', ...step] = weekday.split('/');
  return [base.replace(/\d+/g, (digits) => String((Number(digits) % 7) + 1)), ...step].join('/');
}
