import { describe, expect, it } from '@jest/globals';
import { answerTo, applyRequest } from '../../workflows/scale/requests.js';
import { newState } from '../../workflows/scale/state.js';
import { scenarios } from '../explore/scenarios.js';

describe('a request for the current target of a run', () => {
  const aimed = () => {
    const state = newState({ resource: 'web', settings: scenarios[0]!.settings }, { runId: 'run 1', startedAtMs: 0 });
    applyRequest(state, { id: 'first', targetCapacity: 5 }, 0);
    state.phase = 'changing';
    return state;
  };

  it('starts no new decision', () => {
    const state = aimed();
    expect(applyRequest(state, { id: 'again', targetCapacity: 5 }, 0)).toBe(false);
    expect(answerTo(state, 'again')).toMatchObject({ targetCapacity: 5, outcome: 'unchanged' });
  });

  it('revokes an earlier cancellation', () => {
    const state = { ...aimed(), wasCancelled: true, isCalledOff: true };
    expect(applyRequest(state, { id: 'again', targetCapacity: 5 }, 0)).toBe(true);
  });

  it('is not the base of relative requests after a cancellation: units are added to the last observed capacity', () => {
    const observed = { capacity: 2, status: 'ACTIVE', observedAtMs: 1 } as const;
    const state = { ...aimed(), observed, wasCancelled: true, isCalledOff: true };
    expect(applyRequest(state, { id: 'more', add: 1 }, 0)).toBe(true);
    expect(answerTo(state, 'more')).toMatchObject({ targetCapacity: 3 });
  });
});
