/**
 * So much load a unit (the Omnistrate guide's queue-length pattern): out as soon as the units carry more than `target`
 * each, in only when they carry less than `scaleInBelow` each, and never in to where it would go out again at once.
 *
 * Target 100, below 50, over 3 units: 301 needs 4; 150 stays; 149 leaves 2. Target 70, below 50: 149 stays at 3, because
 * 2 units carry only 140.
 *
 * The load is the same however many units share it, so all of this is about the units that were asked for: those on
 * their way are counted.
 */
import { z } from 'zod';
import { isAbove, isBelow, unitsAtLeast, unitsAtMost, shown } from '../numbers.js';
import { averagingFields, refuseBurstAlone } from './averaging.js';
import type { Advice, Load } from './policy.js';
import { isWithinTolerance, type Tolerance } from './tolerance.js';

export const perUnitSchema = z
  .strictObject({
    type: z.literal('perUnit'),
    value: z.string(),
    target: z.number().positive('target must be above 0'),
    /** Null: the target. 0 never scales in. */
    scaleInBelow: z.number().min(0).nullable().default(null),
    tolerance: z.number().min(0).default(0),
    ...averagingFields,
  })
  .refine(({ target, scaleInBelow }) => scaleInBelow === null || scaleInBelow <= target, {
    path: ['scaleInBelow'],
    message: 'scaleInBelow must not be above target; capacity would go in and out by turns',
  })
  .superRefine(refuseBurstAlone);

export type PerUnitSettings = z.output<typeof perUnitSchema>;

export function adviseByPerUnit(settings: PerUnitSettings, { value, asked }: Load, tolerance: Tolerance): Advice {
  const { target } = settings;
  const scaleInBelow = settings.scaleInBelow ?? target;
  const carried = asked * target;
  if (asked > 0 && isWithinTolerance(value / carried, tolerance)) {
    return { capacity: asked, reason: `${shown(value)} is within tolerance of ${asked} x ${target}` };
  }
  const needed = neededPerUnit(settings, value);
  if (isAbove(value, carried)) {
    return { capacity: needed, reason: `${shown(value)} / ${target} a unit needs ${needed}` };
  }
  if (scaleInBelow > 0 && isBelow(value, asked * scaleInBelow)) {
    const left = Math.max(unitsAtMost(value / scaleInBelow), needed);
    const bound = scaleInBelow === target ? '' : `, ${shown(value)} / ${scaleInBelow} leaves ${left}`;
    return { capacity: left, reason: `${shown(value)} / ${target} a unit needs ${needed}${bound}` };
  }
  return { capacity: asked, reason: `${shown(value)} is not below ${asked} x ${scaleInBelow}` };
}

/** Without hysteresis: what the load needs. */
export function neededPerUnit({ target }: PerUnitSettings, value: number): number {
  return unitsAtLeast(value / target);
}
