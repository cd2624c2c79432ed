import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { decisionsIn } from '../../src/client/autoscale/decisions-in.js';

const { HistoryEvent } = proto.temporal.api.history.v1;

const payloads = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value)] });

/** A history of these activities, each scheduled and then, where it has a result, completed. */
function historyOf(...activities: { name: string; input?: unknown; result?: unknown }[]) {
  return activities.flatMap(({ name, input = {}, result }, index) => {
    const eventId = 2 * index + 1;
    const scheduled = { activityType: { name }, input: payloads(input) };
    const completed = { scheduledEventId: eventId, result: payloads(result) };
    return [
      HistoryEvent.fromObject({ eventId, activityTaskScheduledEventAttributes: scheduled }),
      ...(result === undefined ? [] : [HistoryEvent.fromObject({ activityTaskCompletedEventAttributes: completed })]),
    ];
  });
}

const watch = (atMs: number, target: number) => ({ name: 'watch', result: { evaluation: { atMs, target } } });
const ask = (atMs: number, result?: unknown) => ({
  name: 'askForScale',
  input: { key: `autoscale/run/${atMs}` },
  result,
});

it('lists each request with its evaluation and its response', () => {
  const events = historyOf(watch(100, 4), ask(100, { runId: 'a' }), watch(200, 9), ask(200, { refused: 'too many' }));
  expect(decisionsIn(events)).toEqual([
    { evaluation: { atMs: 100, target: 4 }, runId: 'a' },
    { evaluation: { atMs: 200, target: 9 }, runId: null, refused: 'too many' },
  ]);
});

it('leaves out requests that a message has cancelled, whenever it arrived', () => {
  const events = historyOf(watch(100, 4), watch(200, 6), watch(150, 1), ask(200, { runId: 'a' }));
  expect(decisionsIn(events)).toEqual([{ evaluation: { atMs: 200, target: 6 }, runId: 'a' }]);
});

it('does not take the check of a new configuration for an answer', () => {
  const check = { name: 'whyNotWatched', result: 'policies[0].type: unknown' };
  const events = historyOf(watch(100, 4), ask(100), check);
  expect(decisionsIn(events)).toEqual([{ evaluation: { atMs: 100, target: 4 }, runId: null }]);
});

it('begins with what the run before has handed on', () => {
  const earlier = { evaluation: { atMs: 50, target: 2 }, runId: 'a' };
  const start = { input: payloads({ carried: { decisions: [earlier] } }) };
  const started = HistoryEvent.fromObject({ workflowExecutionStartedEventAttributes: start });
  expect(decisionsIn([started, ...historyOf(watch(100, 4), ask(100))])).toMatchObject([earlier, { runId: null }]);
});
