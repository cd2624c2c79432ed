/**
 * How payloads become values inside workflows. Anybody with the `temporal` command can signal a run with a payload that
 * is not JSON. By default that fails the workflow task on every retry, and the run makes no progress. Here it becomes a
 * value that matches no schema, so that the run records the signal and continues.
 */
import { type Payload, type PayloadConverter, defaultPayloadConverter } from '@temporalio/common';

export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the interface is the SDK's
  fromPayload: <T>(payload: Payload) => {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch (error) {
      // The caller that expects a T validates it, or fails on it as on any other invalid value.
      return { undecodable: String(error) } as T;
    }
  },
};
