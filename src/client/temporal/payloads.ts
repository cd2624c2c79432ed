/** Payloads that our own workflows and activities have written, always in one form, so that callers may cast them. */
import { defaultPayloadConverter } from '@temporalio/common';

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

export function firstOf(payloads: Payload[] | null | undefined): unknown {
  return payloads?.[0] && defaultPayloadConverter.fromPayload(payloads[0]);
}
