/** Times in the zone of the reader. */
import { Store, useStore } from './store.js';

const now = new Store(Date.now());
setInterval(() => now.set(Date.now()), 1000);

/** The time in milliseconds; the component is rendered again every second. */
export function useNow(): number {
  return useStore(now);
}

const timeOfDay = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const shortTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  hourCycle: 'h23',
});

/** `14:03:10` */
export const clockTime = (ms: number): string => timeOfDay.format(ms);

/** `14:03:10`, and with the day where it is another one. */
export function moment(ms: number): string {
  return isToday(ms) ? timeOfDay.format(ms) : dayAndTime.format(ms);
}

/** `14:03`, and with the day where it is another one. */
export function shortMoment(ms: number): string {
  return isToday(ms) ? shortTime.format(ms) : dayAndTime.format(ms);
}

function isToday(ms: number): boolean {
  return new Date(ms).toDateString() === new Date().toDateString();
}

/** A sentence of the API, whose times are in UTC, with its times in the zone of the reader. */
export function inZone(sentence: string): string {
  return sentence.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => moment(Date.parse(time)));
}

/** With the day and the zone: for titles and screen readers. */
export const fullTime = (ms: number): string => `${dayAndTime.format(ms)} (${zone()})`;

/** For example `Europe/Berlin (GMT+1)`. */
export function zone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts(new Date());
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return offset === timeZone || offset === '' ? timeZone : `${timeZone} (${offset})`;
}

/** `48 s`, `12 min`, `3 h 5 min`, `2 d 4 h` */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `1:12`, as a clock that runs down. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
