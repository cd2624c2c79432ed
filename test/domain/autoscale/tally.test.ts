import { describe, expect, it } from '@jest/globals';
import { countChanges, newTally } from '../../../src/domain/autoscale/tally.js';

const change = (
  sentAtMs: number,
  from: number,
  to: number,
  outcome: 'accepted' | 'unknown' | 'rejected' = 'accepted',
) => ({
  sentAtMs,
  from,
  to,
  outcome,
});

describe('the tally of an autoscaler', () => {
  it('counts changes that were made, each once however often its run is seen', () => {
    const changes = [change(110, 1, 2), change(120, 2, 3, 'unknown'), change(130, 3, 2)];
    const first = countChanges(newTally(100), { dryRun: false, changes: changes.slice(0, 2) });
    expect(first).toMatchObject({ scaleUps: 2, scaleDowns: 0 });
    const again = countChanges(first, { dryRun: false, changes });
    expect(again).toEqual({ scaleUps: 2, scaleDowns: 1, refused: 0, dryRuns: 0, untilMs: 130 });
    expect(countChanges(again, { dryRun: false, changes })).toEqual(again);
  });

  it('counts what was refused, and what a dry run did not send, apart', () => {
    const changes = [change(110, 1, 2, 'rejected'), change(120, 1, 2)];
    expect(countChanges(newTally(100), { dryRun: false, changes })).toMatchObject({ scaleUps: 1, refused: 1 });
    const dry = countChanges(newTally(100), { dryRun: true, changes: [change(110, 1, 2), change(120, 2, 1)] });
    expect(dry).toMatchObject({ scaleUps: 0, scaleDowns: 0, dryRuns: 2 });
  });

  it('counts nothing that was done before it began', () => {
    expect(countChanges(newTally(115), { dryRun: false, changes: [change(110, 1, 2)] })).toEqual(newTally(115));
  });
});
