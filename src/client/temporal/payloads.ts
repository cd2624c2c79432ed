/** What our own workflows and activities have written: they have no other form of it, so that callers may cast it. */
import { defaultPayloadConverter } from '@temporalio/common';

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

export function firstOf(payloads: Payload[] | null | undefined): unknown {
  return payloads?.[0] && defaultPayloadConverter.fromPayload(payloads[0]);
}
