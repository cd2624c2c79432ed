/** The events that Escapement sends, as webhooks of the OpenAPI document. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { eventData } from '../../domain/events/data.js';
import { typePrefix } from '../../domain/events/kinds.js';

const signature = [
  ['webhook-id', 'The `id` of the event.'],
  ['webhook-timestamp', 'When this attempt was made, in seconds since 1970.'],
  ['webhook-signature', 'One signature per secret, separated by spaces: `v1,` and HMAC-SHA256 in base64.'],
].map(([name = '', description = '']) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
}));

export const eventWebhooks: ZodOpenApiPathsObject = Object.fromEntries(
  Object.entries(eventData).map(([kind, data]) => [
    `${typePrefix}${kind}`,
    {
      post: {
        tags: ['events'],
        operationId: `event:${kind}`,
        summary: `Sent to the receivers of ${kind}`,
        security: [],
        parameters: signature,
        requestBody: { content: { 'application/cloudevents+json': { schema: cloudEvent(kind, data) } } },
        responses: {
          '2XX': { description: 'The receiver has the event. After any other response, the event is sent again.' },
          '410': { description: 'The receiver wants no more events.' },
        },
      },
    },
  ]),
);

function cloudEvent(kind: string, data: z.ZodObject) {
  return z.object({
    specversion: z.literal('1.0'),
    id: z.string().describe('Unique. Every attempt to send the event has the same.'),
    source: z.string().describe('The setting `source` of the receiver.'),
    type: z.literal(`${typePrefix}${kind}`),
    subject: z.string().describe('Alias of the resource.'),
    time: z.iso.datetime().describe('When it happened.'),
    datacontenttype: z.literal('application/json'),
    data,
  });
}
