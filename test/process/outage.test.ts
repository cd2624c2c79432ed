import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { Outage, remindEveryMs } from '../../src/process/outage.js';

let lines: object[];
const log = pino({ base: {} }, { write: (line: string) => lines.push(JSON.parse(line) as object) });
const words = { fails: 'It fails', worksAgain: 'It works again' };

beforeEach(() => {
  lines = [];
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('logs the first failure, a reminder each minute, and the end', () => {
  const outage = new Outage({ log, fields: { address: 'here' }, words, remindEveryMs });
  for (let second = 0; second <= 130; second += 1) {
    outage.fails({ reason: 'refused' });
    jest.advanceTimersByTime(1000);
  }
  outage.works();
  outage.works();
  expect(lines).toMatchObject([
    { level: 40, msg: 'It fails', address: 'here', reason: 'refused' },
    { level: 40, msg: 'It fails', address: 'here', reason: 'refused', forSeconds: 60 },
    { level: 40, msg: 'It fails', address: 'here', reason: 'refused', forSeconds: 120 },
    { level: 30, msg: 'It works again', address: 'here', afterSeconds: 131 },
  ]);
  expect(lines).toHaveLength(4);
});

it('logs nothing while everything works, and begins again with the next failure', () => {
  const outage = new Outage({ log, fields: {}, words });
  outage.works();
  expect(lines).toEqual([]);
  outage.fails({});
  outage.works();
  jest.advanceTimersByTime(10);
  outage.fails({});
  expect(lines).toMatchObject([{ msg: 'It fails' }, { msg: 'It works again' }, { msg: 'It fails' }]);
});
