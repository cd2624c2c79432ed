/** The plans of the OpenAPI document. */
import type { oas31, ZodOpenApiPathsObject } from 'zod-openapi';
import { answers, body, operation, prefer, reads } from '../openapi-parts.js';
import { plansQuerySchema, stopQuerySchema } from './routes.js';

const plan: oas31.ParameterObject = {
  name: 'plan',
  in: 'path',
  required: true,
  description: 'The ID of the plan.',
  schema: { type: 'string' },
};
const idempotencyKey: oas31.ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The ID of the plan. A request with the same key and body gets the same plan; the same key with another body is refused.',
  schema: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' },
};
const untilEnded = prefer('answer when the plan has ended');
const sent = { 200: ['Preference-Applied'], 202: ['Location', 'Preference-Applied'] } as const;

export const planPaths: ZodOpenApiPathsObject = {
  '/v1/plans': {
    get: {
      ...operation('plan', 'listPlans', 'List open and past plans'),
      requestParams: { query: plansQuerySchema },
      ...reads('Plans', ['invalid-request']),
    },
    post: {
      ...operation('plan', 'startPlan', 'Scale several resources in order'),
      parameters: [idempotencyKey, untilEnded],
      requestBody: body('PlanRequest', {
        steps: [
          { resource: 'database', target: 3 },
          { resource: 'api', target: 10 },
        ],
      }),
      responses: answers(
        { 200: 'Plan', 202: 'Plan' },
        [
          'malformed-json',
          'invalid-request',
          'cross-origin',
          'unknown-resource',
          'idempotency-conflict',
          'plan-cancelled',
          'too-large',
          'unsupported-media-type',
          'out-of-bounds',
          'plan-failed',
        ],
        sent,
      ),
    },
  },
  '/v1/plans/{plan}': {
    parameters: [plan],
    get: {
      ...operation('plan', 'getPlan', 'Read a plan'),
      ...reads('Plan', ['unknown-plan']),
    },
    delete: {
      ...operation('plan', 'cancelPlan', 'Stop a plan and undo it'),
      requestParams: { query: stopQuerySchema },
      parameters: [untilEnded],
      responses: answers(
        { 200: 'Plan', 202: 'Plan' },
        ['invalid-request', 'cross-origin', 'unknown-plan', 'nothing-under-way'],
        sent,
      ),
    },
  },
};
