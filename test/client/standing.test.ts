import { expect, it } from '@jest/globals';
import { standingIn } from '../../src/client/plan/standing.js';
import type { RunView } from '../../src/client/scale/runs.js';
import { newState, statusOf } from '../../workflows/scale/state.js';
import type { ScaleState } from '../../workflows/scale/messages.js';

const settings = {
  min: 0,
  max: 20,
  step: { up: null, down: null },
  cooldownMs: { up: 0, down: 0 },
  settleMs: 0,
  waitForActive: { timeoutMs: 1000, intervalMs: 100 },
  requestTimeoutMs: 1000,
  dryRun: false,
};

function runWith(state: Partial<ScaleState>, run: Partial<RunView> = {}): RunView {
  const status = statusOf({ ...newState({ resource: 'db', settings }, { runId: 'r', startedAtMs: 0 }), ...state });
  const view = { workflowId: 'scale:db', runId: 'r', taskQueue: 'q', isOpen: true, isPaused: false, startedAtMs: 0 };
  const more = { closedAtMs: null, outcome: 'running', memo: {}, historyLength: 3, progress: null } as const;
  return { ...view, ...more, status, ...run };
}

const answer = { fingerprint: '', outcome: 'started' } as const;
const answers: ScaleState['answers'] = [
  { id: 'a', targetCapacity: 3, ...answer },
  { id: 'b', targetCapacity: 5, ...answer },
  { id: 'c', fingerprint: '', refused: 'OutOfBounds', message: '99 is above the maximum' },
];

it.each([
  [
    'the newest request that was not refused',
    runWith({ phase: 'changing', target: 5, answers }),
    { target: 5, by: 'b' },
  ],
  ['a request without an ID', runWith({ phase: 'changing', target: 7, answers }), { target: 7, by: null }],
  ['no request of a resource without runs', undefined, { target: null, by: null, isInProgress: false }],
  ['a run in progress', runWith({ phase: 'coolingDown', target: 5 }), { isInProgress: true, isCancelled: false }],
  ['a run at its target', runWith({ phase: 'settled', target: 5 }), { isInProgress: false }],
  ['a cancelled run', runWith({ phase: 'cancelled', target: 5, answers }), { isInProgress: false, isCancelled: true }],
  [
    'a terminated run',
    runWith({}, { isOpen: false, status: null, memo: { targetCapacity: 4 } }),
    { target: 4, by: null },
  ],
  ['nothing while no worker answers', runWith({}, { status: null }), undefined],
  ['nothing while a relative request is not resolved', runWith({ phase: 'observing' }), undefined],
])('the standing of a resource shows %s', (_, run, expected) => {
  if (expected) expect(standingIn(run)).toMatchObject(expected);
  else expect(standingIn(run)).toBeUndefined();
});
