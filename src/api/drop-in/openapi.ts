/** The routes of the Omnistrate example in the OpenAPI document. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { answer, body, idempotencyKey, operation, problems } from '../openapi-parts.js';

export const dropInPaths: ZodOpenApiPathsObject = {
  '/scale': {
    post: {
      ...operation('drop-in', 'dropInScale', 'Scale, and answer when the target is reached'),
      parameters: [idempotencyKey],
      requestBody: body('DropInRequest', { targetCapacity: 5 }),
      responses: {
        ...Object.fromEntries([200, 400, 409, 413, 415, 500, 503].map((status) => [status, answer('DropInScale')])),
        ...problems(['unauthorized', 'unknown-host', 'cross-origin', 'several-resources']),
      },
    },
  },
  '/status': {
    get: {
      ...operation('drop-in', 'dropInStatus', 'Read capacity, target and cooldown'),
      responses: {
        200: answer('DropInStatus'),
        500: answer('DropInScale'),
        503: answer('DropInScale'),
        ...problems(['unauthorized', 'unknown-host', 'several-resources']),
      },
    },
  },
  '/health': {
    get: { ...operation('drop-in', 'dropInHealth', 'Alive'), security: [], responses: { 200: answer('DropInHealth') } },
  },
};
