import { describe, expect, it } from '@jest/globals';
import { type WithOutbox, post, remove } from '../../../src/domain/events/outbox.js';

const target = { kind: 'target.reached', resource: 'web', atMs: 5, data: { capacity: 2 } } as const;

describe('an outbox', () => {
  it('takes only the kinds that a receiver wants, and numbers them', () => {
    const state: WithOutbox = {};
    post(state, undefined, 'run', target);
    post(state, ['run.failed'], 'run', target);
    expect(state).toEqual({});
    post(state, ['target.reached'], 'run', target);
    post(state, ['target.reached'], 'run', target);
    expect(state.outbox?.waiting.map(({ id }) => id)).toEqual(['run-1', 'run-2']);
  });

  it('keeps counting after events were handed over, so that no ID is used twice', () => {
    const state: WithOutbox = {};
    post(state, ['target.reached'], 'run', target);
    remove(state, state.outbox!.waiting);
    post(state, ['target.reached'], 'run', target);
    expect(state.outbox?.waiting.map(({ id }) => id)).toEqual(['run-2']);
  });

  it('cuts long texts', () => {
    const state: WithOutbox = {};
    post(state, ['run.failed'], 'run', {
      ...target,
      kind: 'run.failed',
      data: { reason: 'x'.repeat(1000), capacity: 1 },
    });
    expect(state.outbox?.waiting[0]?.data).toEqual({ reason: `${'x'.repeat(297)}...`, capacity: 1 });
  });

  it('is bounded: the oldest events are replaced by one that says how many they were', () => {
    const state: WithOutbox = {};
    for (let made = 0; made < 210; made++) post(state, ['target.reached'], 'run', target);
    const [first, second] = state.outbox!.waiting;
    expect(state.outbox?.waiting).toHaveLength(200);
    expect(first).toMatchObject({ kind: 'events.dropped', data: { count: 11 } });
    expect(second).toMatchObject({ id: 'run-12' });
  });
});
