/**
 * How payloads become values inside workflows. Anybody with the `temporal` command can send a run a signal that is no JSON;
 * by default that fails the workflow task, again and again, and the run is stuck. Here it becomes a value that fits no
 * schema, so that the run records it and goes on.
 */
import { type Payload, type PayloadConverter, defaultPayloadConverter } from '@temporalio/common';

export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the interface is the SDK's
  fromPayload: <T>(payload: Payload) => {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch (error) {
      // Whoever asked for a T checks it, or fails on it as it would on any other nonsense.
      return { undecodable: String(error) } as T;
    }
  },
};
