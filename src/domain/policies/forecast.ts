/**
 * Sets a floor from the load at this time in earlier seasons. A forecast can request units early. It can never remove
 * units.
 */
import { z } from 'zod';
import { isBelow, unitsAtLeast, shown } from '../numbers.js';
import { duration, positiveDuration } from '../written/duration.js';
import { expression } from '../written/expression.js';
import { percentage } from '../written/percentage.js';
import { type Bounds, definePolicy } from './policy.js';
import { predictLoad, remember, slotsPerSeason } from './seasons.js';

const dayMs = 86_400_000;

const same = {
  type: z.literal('forecast'),
  value: expression.describe('An expression over the signals and `current`, the capacity.'),
  target: z
    .number()
    .positive('must be above 0')
    .describe('How much of the predicted value one unit should handle. Above 0.'),
};
const mode = z
  .enum(['observe', 'scale'])
  .default('observe')
  .describe('`observe`: report the forecast, but do not scale by it.');

export const forecastSchema = z
  .strictObject({
    ...same,
    seasonMs: z.number().int().min(slotsPerSeason).default(dayMs),
    historyMs: z
      .number()
      .int()
      .min(1)
      .default(7 * dayMs),
    aheadMs: z
      .number()
      .int()
      .min(0)
      .default(15 * 60_000),
    buffer: z.number().min(0).default(0),
    mode,
  })
  .refine(({ historyMs, seasonMs }) => !isBelow(historyMs, seasonMs), {
    // The field name in escapement.yaml.
    path: ['history'],
    message: 'must be at least one season',
  });

type ForecastSettings = z.output<typeof forecastSchema>;

const written = z
  .strictObject({
    ...same,
    season: positiveDuration
      .refine((seasonMs) => seasonMs >= slotsPerSeason, { error: `must be at least ${slotsPerSeason}ms` })
      .prefault('1d')
      .describe('Period after which the load repeats.'),
    history: positiveDuration
      .prefault('7d')
      .describe('Maximum age of the seasons that are used. At least one `season`.'),
    ahead: duration.prefault('15m').describe('How far into the future to predict.'),
    buffer: percentage.prefault('0%').describe('Added to the predicted value.'),
    mode,
  })
  .meta({ title: 'forecast', description: 'A minimum from the load at this time in earlier seasons.' })
  .transform(({ season, history, ahead, ...words }): z.input<typeof forecastSchema> => ({
    ...words,
    seasonMs: season,
    historyMs: history,
    aheadMs: ahead,
  }))
  .pipe(forecastSchema);

export const forecast = definePolicy({
  type: 'forecast',
  says: 'bounds',
  schema: forecastSchema,
  written,
  compile(settings, { compile }) {
    const expression = compile(settings.value);
    return {
      expression,
      evaluate({ values, nowMs }, memory) {
        const value = expression.evaluate(values);
        const seen = remember(settings, memory.forecast, value, nowMs);
        const bounds = forecastBounds(settings, predictLoad(settings, seen, nowMs));
        return { value, memory: { ...memory, forecast: seen }, result: { kind: 'bounds', bounds } };
      },
    };
  },
  tunable: ({ target, mode }) => (mode === 'scale' ? [{ paths: [['target']], value: target, unit: 'load' }] : []),
  atZero: ({ mode }) => (mode === 'scale' ? 'raises' : 'nothing'),
});

/**
 * For a prediction of 1000, a buffer of 20% and a target of 100, the floor is 12. Without a prediction there is no
 * floor.
 */
export function forecastBounds({ target, buffer, mode }: ForecastSettings, load: number | null): Bounds {
  if (load === null) return { floor: null, ceiling: null, reason: 'no season seen yet: no floor' };
  const floor = unitsAtLeast((load * (1 + buffer)) / target);
  const arithmetic = `${shown(load)} expected${buffer > 0 ? ` and ${shown(buffer * 100)}% more` : ''} / ${target} needs ${floor}`;
  return mode === 'scale'
    ? { floor, ceiling: null, reason: arithmetic }
    : { floor: null, ceiling: null, reason: `${arithmetic}, only observed` };
}
