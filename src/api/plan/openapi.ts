/** The plans of the OpenAPI document. */
import type { oas31, ZodOpenApiPathsObject } from 'zod-openapi';
import { longestWaitSeconds } from '../http/request.js';
import { answers, body, operation } from '../openapi-parts.js';
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
const prefer: oas31.ParameterObject = {
  name: 'Prefer',
  in: 'header',
  description: `wait=N: answer when the plan has ended, or after N seconds (at most ${longestWaitSeconds}).`,
  schema: { type: 'string', examples: ['wait=60'] },
};

export const planPaths: ZodOpenApiPathsObject = {
  '/v1/plans': {
    get: {
      ...operation('plan', 'listPlans', 'List open and past plans'),
      requestParams: { query: plansQuerySchema },
      responses: answers({ 200: 'Plans' }, ['invalid-request']),
    },
    post: {
      ...operation('plan', 'startPlan', 'Scale several resources in order'),
      parameters: [idempotencyKey, prefer],
      requestBody: body('PlanRequest'),
      responses: answers({ 200: 'Plan', 202: 'Plan' }, [
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
      ]),
    },
  },
  '/v1/plans/{plan}': {
    parameters: [plan],
    get: {
      ...operation('plan', 'getPlan', 'Read a plan'),
      responses: answers({ 200: 'Plan' }, ['invalid-request', 'unknown-plan']),
    },
    delete: {
      ...operation('plan', 'cancelPlan', 'Stop a plan and undo it'),
      requestParams: { query: stopQuerySchema },
      responses: answers({ 202: 'Plan' }, ['invalid-request', 'cross-origin', 'unknown-plan', 'nothing-under-way']),
    },
  },
};
