import {
  cooledDownAtMs,
  fullyCooledDownAtMs,
  leastCooldownMs,
  sentChange,
  type Direction,
  type SentChange,
} from '../../src/domain/scale/step.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import { limits } from './autoscale/watched-resource.js';

const settings = limits({ cooldownMs: { up: 100, down: 60 }, settleMs: 30 });
const onlyUps: ScaleSettings = { ...settings, upAfter: 'up' };

/** After changes such as `up 950, down 1000`, in that order. */
function lastAfter(changes: string, confirmed = true): SentChange {
  const last = changes.split(', ').reduce<SentChange | null>((before, change) => {
    const [direction, sentAtMs] = change.split(' ');
    return sentChange(before, direction as Direction, Number(sentAtMs));
  }, null);
  return { ...last!, confirmed }; // there is at least one
}

describe('the cooldown', () => {
  it.each([
    ['runs from the last change, either way', 'down 1000', settings, 1100, 1060],
    ['and so it does where that is said', 'down 1000', { ...settings, upAfter: 'change' as const }, 1100, 1060],
    ['runs from the last one of several', 'up 900, down 1000', settings, 1100, 1060],
    ['of changes up is not started by one down', 'down 1000', onlyUps, 1000, 1060],
    ['of changes up runs on through one down', 'up 950, down 1000', onlyUps, 1050, 1060],
    ['of changes up runs on through many down', 'up 950, down 960, down 1000', onlyUps, 1050, 1060],
    ['of changes up is started by one up', 'down 900, up 1000', onlyUps, 1100, 1060],
  ])('%s: after %s', (_, changes, given, up, down) => {
    const last = lastAfter(changes);
    expect({ up: cooledDownAtMs(last, 'up', given), down: cooledDownAtMs(last, 'down', given) }).toEqual({ up, down });
    expect(fullyCooledDownAtMs(last, given)).toBe(Math.max(up, down));
  });

  it('never ends before a change that nobody has seen has settled', () => {
    const unseen = lastAfter('down 1000', false);
    expect(cooledDownAtMs(unseen, 'up', onlyUps)).toBe(1030);
    expect(cooledDownAtMs(unseen, 'down', { ...onlyUps, cooldownMs: { up: 0, down: 10 } })).toBe(1030);
  });

  it('keeps a run open for at least as long as the next one takes for granted', () => {
    for (const change of ['up 1000', 'down 1000']) {
      for (const given of [settings, onlyUps, { ...onlyUps, cooldownMs: { up: 20, down: 60 } }]) {
        const closesAtMs = fullyCooledDownAtMs(lastAfter(change), given);
        expect(closesAtMs - 1000).toBeGreaterThanOrEqual(leastCooldownMs(given));
      }
    }
    expect([leastCooldownMs(settings), leastCooldownMs(onlyUps)]).toEqual([100, 60]);
  });
});
