import { forecastBounds, forecastSchema } from '../../../src/domain/policies/forecast.js';
import { predictLoad, remember, type ForecastMemory } from '../../../src/domain/policies/seasons.js';
import { minutes } from '../autoscale/watched-resource.js';

function settings(written: Record<string, unknown> = {}) {
  return forecastSchema.parse({ type: 'forecast', value: 'load', target: 100, mode: 'scale', ...written });
}

const hours = 60 * minutes;
const days = 24 * hours;

describe('forecast', () => {
  test.each([
    [101, 0, 2, 'rounded up'],
    [199, 0, 2, 'rounded up, and not down as in the guide'],
    [200, 0, 2, 'exactly two'],
    [50, 1, 1, '50 with a buffer of 100% is one unit'],
    [1000, 0.2, 12, '20% more'],
    [-5, 0, 0, 'a negative prediction is a floor of 0'],
    [0, 0, 0, 'no load expected'],
  ])('%d expected with a buffer of %d is a floor of %d: %s', (load, buffer, floor) => {
    expect(forecastBounds(settings({ buffer }), load)).toMatchObject({ floor, ceiling: null });
  });

  test('without a prediction there is no floor', () => {
    expect(forecastBounds(settings(), null).floor).toBeNull();
  });

  test('it only reports its floor until mode is scale', () => {
    const bounds = forecastBounds(settings({ mode: undefined }), 300);
    expect(bounds.floor).toBeNull();
    expect(bounds.reason).toBe('300 expected / 100 needs 3, only observed');
  });

  /** Busy between 9 and 17, with `load` on each day. */
  function watch(load: readonly number[], until: number): ForecastMemory {
    let memory: ForecastMemory | undefined;
    for (let atMs = 0; atMs < until; atMs += 5 * minutes) {
      const hour = (atMs % days) / hours;
      const value = hour >= 9 && hour < 17 ? load[Math.floor(atMs / days)]! : 10;
      memory = remember(settings(), memory, value, atMs);
    }
    return memory!;
  }

  test('predicts the load of earlier days from this time until ahead', () => {
    const memory = watch([500, 700, 900], 2 * days + 8 * hours);
    expect(predictLoad(settings(), memory, 2 * days + 8 * hours)).toBe(10);
    expect(predictLoad(settings(), memory, 2 * days + 8.8 * hours)).toBe(600);
    expect(predictLoad(settings({ aheadMs: 2 * hours }), memory, 2 * days + 8 * hours)).toBe(600);
  });

  test('predicts nothing before a season has been seen', () => {
    expect(predictLoad(settings(), watch([500], 8 * hours), 8 * hours)).toBeNull();
  });

  test('seasons older than the history lose their effect', () => {
    const memory = watch([0, 0, 0, 100, 100], 5 * days);
    const short = settings({ historyMs: 2 * days });
    let faded: ForecastMemory | undefined;
    for (let atMs = 0; atMs < 5 * days; atMs += 5 * minutes) {
      faded = remember(short, faded, atMs < 3 * days ? 0 : 100, atMs);
    }
    expect(predictLoad(settings(), memory, 5 * days + 10 * hours)).toBe(40);
    expect(predictLoad(short, faded!, 5 * days + 10 * hours)).toBe(75);
  });

  test('a time without data does not count as a time without load', () => {
    const memory = remember(settings(), remember(settings(), undefined, 80, 0), null, 5 * minutes);
    expect(predictLoad(settings(), remember(settings(), memory, null, 11 * minutes), days)).toBe(80);
  });

  test('the size of its memory is limited', () => {
    const memory = watch([1, 2, 3, 4, 5, 6, 7, 8, 9], 9 * days);
    expect(JSON.stringify(memory).length).toBeLessThan(10_000);
  });

  test('a history shorter than a season is refused', () => {
    expect(() => settings({ historyMs: hours })).toThrow('at least one season');
  });
});
