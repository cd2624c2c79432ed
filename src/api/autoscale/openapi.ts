/** The autoscale part of the OpenAPI document. */
import type { oas31, ZodOpenApiPathsObject } from 'zod-openapi';
import { answers, body, operation } from '../openapi-parts.js';
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
const withBody: ProblemType[] = [
  'malformed-json',
  'invalid-request',
  'cross-origin',
  'too-large',
  'unsupported-media-type',
];

export const autoscalePaths: ZodOpenApiPathsObject = {
  '/v1/resources/{resource}/evaluation': {
    parameters: [resource],
    get: {
      ...operation(
        'autoscale',
        'getEvaluation',
        'Why the resource has its current scale: the last evaluation, whether it was acted on or not',
      ),
      responses: answers({ 200: 'Autoscale' }, always),
    },
  },
  '/v1/resources/{resource}/decisions': {
    parameters: [resource],
    get: {
      ...operation('autoscale', 'listDecisions', 'Decisions that were acted on'),
      requestParams: { query: decisionsQuerySchema },
      responses: answers({ 200: 'Decisions' }, ['invalid-request', ...always]),
    },
  },
  '/v1/resources/{resource}/pause': {
    parameters: [resource],
    put: {
      ...operation('autoscale', 'pause', 'Stop scaling by policies, in one direction or both'),
      requestBody: body('PauseRequest'),
      responses: answers({ 200: 'Paused' }, [...withBody, ...signalProblems]),
    },
    delete: {
      ...operation('autoscale', 'resume', 'Resume scaling by policies'),
      responses: answers({ 200: 'Paused' }, ['cross-origin', ...signalProblems]),
    },
  },
  '/v1/resources/{resource}/override': {
    parameters: [resource],
    put: {
      ...operation('autoscale', 'override', 'Keep a capacity, whatever the policies recommend'),
      requestBody: body('OverrideRequest'),
      responses: answers({ 200: 'Overridden' }, [...withBody, 'out-of-bounds', ...signalProblems]),
    },
    delete: {
      ...operation('autoscale', 'releaseOverride', 'Remove the override'),
      responses: answers({ 200: 'Overridden' }, ['cross-origin', ...signalProblems]),
    },
  },
  '/v1/resources/{resource}/evaluate': {
    parameters: [resource],
    post: {
      ...operation('autoscale', 'evaluate', 'Evaluate now, instead of at the end of the interval'),
      responses: answers({ 202: 'Evaluating' }, ['cross-origin', ...signalProblems]),
    },
  },
  '/v1/hooks/alertmanager': {
    post: {
      ...operation('autoscale', 'alertmanager', 'Evaluate the resources that alerts name'),
      requestBody: body('Alertmanager'),
      responses: answers({ 202: 'Evaluating' }, withBody),
    },
  },
};
