/** The autoscale part of the OpenAPI document. */
import type { oas31, ZodOpenApiPathsObject } from 'zod-openapi';
import { answers, body, operation, prefer, reads } from '../openapi-parts.js';
import type { ProblemType } from '../http/problem.js';
import { decisionsQuerySchema } from './routes.js';

const resource: oas31.ParameterObject = {
  name: 'resource',
  in: 'path',
  required: true,
  description: 'The alias of an autoscaled resource.',
  schema: { type: 'string' },
};
const always: ProblemType[] = ['unknown-resource', 'not-autoscaled'];
/** The problems of operations that send the autoscaler a message. */
const signalProblems: ProblemType[] = [...always, 'autoscaler-not-running'];
/** An invalid `Prefer` is an invalid request. */
const withoutBody: ProblemType[] = ['invalid-request', 'cross-origin'];
const withBody: ProblemType[] = ['malformed-json', ...withoutBody, 'too-large', 'unsupported-media-type'];

const untilTaken = prefer('answer when the autoscaler has taken it: 200, and otherwise 202');
const whenWaited = { 200: ['Preference-Applied'], 202: ['Preference-Applied'] } as const;

export const autoscalePaths: ZodOpenApiPathsObject = {
  '/v1/resources/{resource}/evaluation': {
    parameters: [resource],
    get: {
      ...operation(
        'autoscale',
        'getEvaluation',
        'Why the resource has its current scale: the last evaluation, whether it was acted on or not',
      ),
      ...reads('Autoscale', always),
    },
  },
  '/v1/resources/{resource}/decisions': {
    parameters: [resource],
    get: {
      ...operation('autoscale', 'listDecisions', 'Decisions that were acted on'),
      ...reads('Decisions', ['invalid-request', ...always]),
      requestParams: { query: decisionsQuerySchema },
    },
  },
  '/v1/resources/{resource}/pause': {
    parameters: [resource],
    put: {
      ...operation('autoscale', 'pause', 'Stop scaling by policies, in one direction or both'),
      requestBody: body('PauseRequest', { direction: 'down', until: '2027-01-01T00:00:00Z' }),
      parameters: [untilTaken],
      responses: answers({ 200: 'Paused', 202: 'Paused' }, [...withBody, ...signalProblems], whenWaited),
    },
    delete: {
      ...operation('autoscale', 'resume', 'Resume scaling by policies'),
      parameters: [untilTaken],
      responses: answers({ 200: 'Paused', 202: 'Paused' }, [...withoutBody, ...signalProblems], whenWaited),
    },
  },
  '/v1/resources/{resource}/override': {
    parameters: [resource],
    put: {
      ...operation('autoscale', 'override', 'Keep a capacity, whatever the policies recommend'),
      requestBody: body('OverrideRequest', { capacity: 6, until: '2027-01-01T00:00:00Z' }),
      parameters: [untilTaken],
      responses: answers(
        { 200: 'Overridden', 202: 'Overridden' },
        [...withBody, 'out-of-bounds', ...signalProblems],
        whenWaited,
      ),
    },
    delete: {
      ...operation('autoscale', 'releaseOverride', 'Remove the override'),
      parameters: [untilTaken],
      responses: answers({ 200: 'Overridden', 202: 'Overridden' }, [...withoutBody, ...signalProblems], whenWaited),
    },
  },
  '/v1/resources/{resource}/evaluate': {
    parameters: [resource],
    post: {
      ...operation('autoscale', 'evaluate', 'Evaluate now, instead of at the end of the interval'),
      parameters: [prefer('answer with the new evaluation')],
      responses: answers({ 200: 'Autoscale', 202: 'Evaluating' }, [...withoutBody, ...signalProblems], whenWaited),
    },
  },
  '/v1/hooks/alertmanager': {
    post: {
      ...operation('autoscale', 'alertmanager', 'Evaluate the resources that alerts name'),
      requestBody: body('Alertmanager', { alerts: [{ labels: { resource: 'worker' } }] }),
      responses: answers({ 202: 'Evaluating' }, withBody),
    },
  },
};
