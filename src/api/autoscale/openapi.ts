/** The autoscale part of the OpenAPI document. */
import { answers, body, operation, queryParameters } from '../openapi-parts.js';
import type { ProblemType } from '../http/problem.js';
import { decisionsQuerySchema } from './routes.js';

const resource = {
  name: 'resource',
  in: 'path',
  required: true,
  description: 'The alias of an autoscaled resource.',
  schema: { type: 'string' },
};
const always: ProblemType[] = ['unknown-resource', 'not-autoscaled'];
/** Of those that tell the autoscaler something. */
const telling: ProblemType[] = [...always, 'autoscaler-not-running'];
const withBody: ProblemType[] = [
  'malformed-json',
  'invalid-request',
  'cross-origin',
  'too-large',
  'unsupported-media-type',
];

export const autoscalePaths = {
  '/v1/resources/{resource}/evaluation': {
    parameters: [resource],
    get: {
      ...operation('autoscale', 'getEvaluation', 'Why it is scaled as it is: the last evaluation, acted on or not'),
      responses: answers({ 200: 'Autoscale' }, always),
    },
  },
  '/v1/resources/{resource}/decisions': {
    parameters: [resource],
    get: {
      ...operation('autoscale', 'listDecisions', 'What was acted on'),
      parameters: queryParameters(decisionsQuerySchema),
      responses: answers({ 200: 'Decisions' }, ['invalid-request', ...always]),
    },
  },
  '/v1/resources/{resource}/pause': {
    parameters: [resource],
    put: {
      ...operation('autoscale', 'pause', 'Do not scale by policies, in one direction or both'),
      requestBody: body('PauseRequest'),
      responses: answers({ 200: 'Paused' }, [...withBody, ...telling]),
    },
    delete: {
      ...operation('autoscale', 'resume', 'Scale by policies again'),
      responses: answers({ 200: 'Paused' }, ['cross-origin', ...telling]),
    },
  },
  '/v1/resources/{resource}/override': {
    parameters: [resource],
    put: {
      ...operation('autoscale', 'override', 'Keep a capacity whatever the policies say'),
      requestBody: body('OverrideRequest'),
      responses: answers({ 200: 'Overridden' }, [...withBody, 'out-of-bounds', ...telling]),
    },
    delete: {
      ...operation('autoscale', 'releaseOverride', 'Give it back to its policies'),
      responses: answers({ 200: 'Overridden' }, ['cross-origin', ...telling]),
    },
  },
  '/v1/resources/{resource}/evaluate': {
    parameters: [resource],
    post: {
      ...operation('autoscale', 'evaluate', 'Evaluate now, rather than when the interval is over'),
      responses: answers({ 202: 'Evaluating' }, ['cross-origin', ...telling]),
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
