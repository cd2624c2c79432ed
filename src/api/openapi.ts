/** The OpenAPI 3.1 document, from the schemas that the routes parse and answer with. */
import {
  answer,
  answers,
  body,
  componentSchemas,
  type JsonObject,
  operation,
  problems,
  queryParameters,
} from './openapi-parts.js';
import { autoscalePaths } from './autoscale/openapi.js';
import { runsQuerySchema } from './scale/resource-routes.js';
import { longestKey, longestWaitSeconds } from './http/request-headers.js';

export function openApiDocument(): JsonObject {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Escapement',
      version: '1',
      summary: 'Ask for a capacity; a Temporal workflow takes the resource there, whatever crashes.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [
      { name: 'scale', description: 'Ask for a capacity, and see what becomes of it.' },
      { name: 'autoscale', description: 'What policies decide, why, and how to overrule them.' },
      { name: 'health' },
      { name: 'drop-in', description: 'The routes of the Omnistrate example, where there is one resource.' },
    ],
    security: [{}, { token: [] }],
    paths: { ...scalePaths, ...autoscalePaths, ...healthPaths, ...dropInPaths },
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The value of ESCAPEMENT_API_TOKEN, where it is set.' },
      },
    },
  };
}

const resourceName = {
  name: 'resource',
  in: 'path',
  required: true,
  description: 'The alias of the resource in the configuration.',
  schema: { type: 'string' },
};
const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same key and body get the same answer, and are done once; another body is refused.',
  schema: { type: 'string', minLength: 1, maxLength: longestKey },
};
const prefer = {
  name: 'Prefer',
  in: 'header',
  description: `wait=N: answer when the target is reached, or after N seconds (at most ${longestWaitSeconds}).`,
  schema: { type: 'string', examples: ['wait=60'] },
};

const scalePaths = {
  '/v1/resources': {
    get: { ...operation('scale', 'listResources', 'All resources'), responses: answers({ 200: 'Resources' }) },
  },
  '/v1/resources/{resource}': {
    parameters: [resourceName],
    get: {
      ...operation('scale', 'getResource', 'One resource and its newest run'),
      responses: answers({ 200: 'Resource' }, ['invalid-request', 'unknown-resource']),
    },
  },
  '/v1/resources/{resource}/scale': {
    parameters: [resourceName],
    post: {
      ...operation('scale', 'scaleResource', 'Ask for a capacity'),
      parameters: [idempotencyKey, prefer],
      requestBody: body('ScaleRequestBody'),
      responses: answers({ 200: 'Resource', 202: 'Accepted' }, [
        'malformed-json',
        'invalid-request',
        'cross-origin',
        'unknown-resource',
        'idempotency-conflict',
        'replaced',
        'cancelled',
        'not-resolved',
        'too-large',
        'unsupported-media-type',
        'out-of-bounds',
        'scaling-failed',
      ]),
    },
    delete: {
      ...operation('scale', 'cancelScale', 'Cancel what is under way'),
      responses: answers({ 202: 'Cancelling' }, [
        'invalid-request',
        'cross-origin',
        'unknown-resource',
        'nothing-under-way',
      ]),
    },
  },
  '/v1/resources/{resource}/runs': {
    parameters: [resourceName],
    get: {
      ...operation('scale', 'listRuns', 'Past and current runs'),
      parameters: queryParameters(runsQuerySchema),
      responses: answers({ 200: 'Runs' }, ['invalid-request', 'unknown-resource']),
    },
  },
};

const healthPaths = {
  '/healthz': {
    get: {
      ...operation('health', 'isAlive', 'This process is alive'),
      security: [],
      responses: { 200: answer('Alive') },
    },
  },
  '/readyz': {
    get: {
      ...operation('health', 'isReady', 'Temporal, the worker and the platforms are there'),
      security: [],
      responses: { 200: answer('Readiness'), 503: answer('Readiness'), ...problems(['unknown-host']) },
    },
  },
};

const dropInPaths = {
  '/scale': {
    post: {
      ...operation('drop-in', 'dropInScale', 'Scale, and answer when the target is reached'),
      parameters: [idempotencyKey],
      requestBody: body('DropInRequest'),
      responses: {
        ...Object.fromEntries([200, 400, 409, 413, 415, 500, 503].map((status) => [status, answer('DropInScale')])),
        ...problems(['unauthorized', 'unknown-host', 'cross-origin', 'several-resources']),
      },
    },
  },
  '/status': {
    get: {
      ...operation('drop-in', 'dropInStatus', 'Capacity, target and cooldown'),
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
