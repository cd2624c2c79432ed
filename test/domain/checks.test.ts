import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { scaleRequestSchema } from '../../src/api/scale/request-body.js';
import { type Invalid, fields, invalidText } from '../../src/domain/checks.js';
import { checkScaleRequest } from '../../src/domain/scale/request.js';
import { checkOverride, checkPause } from '../../workflows/autoscale/messages.js';
import { limits } from './autoscale/watched-resource.js';

const settings = limits({ min: 1, max: null, step: { up: 2, down: null } });

/** The same rules in the library that the rest of the program checks with. */
const wholeUnits = z.int().min(0);
const settingsSchema = z.object({
  min: wholeUnits,
  max: wholeUnits.nullable(),
  step: z.object({ up: z.int().min(1).nullable(), down: z.int().min(1).nullable() }),
  cooldownMs: z.object({ up: wholeUnits, down: wholeUnits }),
  upAfter: z.enum(['change', 'up']).optional(),
  settleMs: wholeUnits,
  waitForActive: z.object({ timeoutMs: wholeUnits, intervalMs: z.int().min(1) }),
  requestTimeoutMs: z.int().min(1),
  takesChanges: z.enum(['whenActive', 'anyTime', 'shownAtOnce']).optional(),
  dryRun: z.boolean(),
});
const requestSchema = z.object({ id: z.string().min(1).max(255), settings: settingsSchema }).partial();

function isRequest(value: unknown): boolean {
  if (!requestSchema.safeParse(value).success) return false;
  const request = { ...(value as Record<string, unknown>) };
  delete request['id'];
  delete request['settings'];
  return scaleRequestSchema.safeParse(request).success;
}

/** Valid, nearly valid and invalid values, as a person types them or another version sends them. */
const anything = fc.oneof(
  fc.constantFrom(0, 1, -1, 1.5, NaN, Infinity, 2 ** 53, 1e9, 1e9 + 1, null, undefined, true, '', 'one', [], {}),
  fc.integer({ min: -2, max: 5 }),
  fc.string({ maxLength: 3 }),
  fc.constantFrom('x'.repeat(255), 'x'.repeat(256), 'x'.repeat(500), 'x'.repeat(501)),
);
const paths = ['min', 'max', 'step', 'step.up', 'step.down', 'cooldownMs.up', 'settleMs', 'waitForActive.intervalMs'];
const brokenSettings = fc
  .tuple(fc.constantFrom(...paths, 'upAfter', 'dryRun', 'takesChanges', 'later'), anything)
  .map(([path, value]) => {
    const broken: Record<string, unknown> = structuredClone(settings) as never;
    const [first = '', second] = path.split('.');
    if (second === undefined) broken[first] = value;
    else (broken[first] as Record<string, unknown>)[second] = value;
    return broken;
  });
const request = fc.oneof(
  anything,
  fc.record(
    {
      targetCapacity: anything,
      add: anything,
      remove: anything,
      reason: anything,
      id: anything,
      settings: fc.oneof(fc.constant(settings), brokenSettings, anything),
      units: anything,
    },
    { requiredKeys: [] },
  ),
  fc.record({ targetCapacity: fc.nat(9), settings: brokenSettings }),
);

const textOf = (wrong: Invalid | undefined) => wrong && invalidText(wrong);

describe('a message to a scale run', () => {
  it('is taken or refused as the schemas of the API would', () => {
    let taken = 0;
    fc.assert(
      fc.property(request, (value) => {
        const wrong = checkScaleRequest(value);
        if (wrong === undefined) taken += 1;
        expect({ value, isTaken: wrong === undefined }).toEqual({ value, isTaken: isRequest(value) });
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it.each([
    ['please', 'must be an object'],
    [null, 'must be an object'],
    [{ targetCapacity: 2.5 }, 'targetCapacity must be a whole number from 0 to 1000000000'],
    [{ add: 0 }, 'add must be a whole number from 1 to 1000000000'],
    [{ target: 3 }, 'must not have a field "target"'],
    [{}, 'must give exactly one of targetCapacity, add and remove'],
    [{ add: 1, remove: 1 }, 'must give exactly one of targetCapacity, add and remove'],
    [{ add: 1, id: '' }, 'id must be a text of 1 to 255 characters'],
    [
      { add: 1, settings: { ...settings, step: { up: 0, down: null } } },
      'settings.step.up must be a whole number of at least 1',
    ],
    [{ add: 1, settings: { ...settings, dryRun: 'maybe' } }, 'settings.dryRun must be true or false'],
  ])('%j is refused by name', (value, message) => {
    expect(textOf(checkScaleRequest(value))).toBe(message);
  });
});

describe('a message to an autoscaler', () => {
  it.each([
    [checkPause, null, undefined],
    [checkPause, { direction: 'up', untilMs: 1 }, undefined],
    [checkPause, { direction: 'sideways', untilMs: null }, 'direction must be up or down or both'],
    [checkPause, { direction: 'both' }, 'untilMs must be a whole number of at least 0'],
    [checkOverride, { capacity: 0, untilMs: null }, undefined],
    [checkOverride, { capacity: -1, untilMs: null }, 'capacity must be a whole number of at least 0'],
  ])('%p says of %j: %s', (check, value, expected) => {
    expect(textOf(check(value))).toBe(expected);
  });
});

it('a check names the field whatever the problem is', () => {
  const check = fields({ request: checkScaleRequest });
  expect(check({ request: {} })).toEqual({
    path: ['request'],
    problem: 'must give exactly one of targetCapacity, add and remove',
  });
});
