/** The OpenAPI 3.1 document, generated from the schemas of the routes' requests and responses. */
import { createDocument, type oas31, type ZodOpenApiPathsObject } from 'zod-openapi';
import { answer, answers, body, operation, problems, schemaOverride, schemas } from './openapi-parts.js';
import { autoscalePaths } from './autoscale/openapi.js';
import { eventWebhooks } from './events/openapi.js';
import { eventsQuerySchema } from './live/routes.js';
import { resourcesQuerySchema } from './fleet/query.js';
import { seriesQuerySchema } from './series/answers.js';
import { runsQuerySchema } from './scale/resource-routes.js';
import { planPaths } from './plan/openapi.js';
import type { ProblemType } from './http/problem.js';
import { longestKey, longestWaitSeconds } from './http/request.js';

export function openApiDocument() {
  return createDocument(
    {
      openapi: '3.1.1',
      info,
      tags: [
        { name: 'scale', description: 'Request a capacity, and read the status of the request.' },
        { name: 'plan', description: 'Scale several resources in order, and back again if a step fails.' },
        { name: 'autoscale', description: 'Read what policies decide and why, and override them.' },
        { name: 'health' },
        { name: 'events', description: 'What Escapement sends to the receivers in the configuration.' },
        {
          name: 'drop-in',
          description: 'The routes of the Omnistrate example, for a configuration with one resource.',
        },
      ],
      security: [{}, { token: [] }],
      paths: { ...scalePaths, ...planPaths, ...autoscalePaths, ...healthPaths, ...dropInPaths },
      webhooks: eventWebhooks,
      components: {
        schemas,
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'The value of ESCAPEMENT_API_TOKEN, when it is set.' },
        },
      },
    },
    { override: schemaOverride },
  );
}

/** A constant of its own, because the type of the library lacks the `summary` of OpenAPI 3.1. */
const info = {
  title: 'Escapement',
  version: '1',
  summary: 'Request a capacity; a Temporal workflow scales the resource to it and survives every crash.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

const resourceName: oas31.ParameterObject = {
  name: 'resource',
  in: 'path',
  required: true,
  description: 'The alias of the resource in the configuration.',
  schema: { type: 'string' },
};
const idempotencyKey: oas31.ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Requests with the same key and body get the same answer and are applied once; the same key with another body is refused.',
  schema: { type: 'string', minLength: 1, maxLength: longestKey },
};
const prefer: oas31.ParameterObject = {
  name: 'Prefer',
  in: 'header',
  description: `wait=N: answer when the target is reached, or after N seconds (at most ${longestWaitSeconds}).`,
  schema: { type: 'string', examples: ['wait=60'] },
};

const ifNoneMatch: oas31.ParameterObject = {
  name: 'If-None-Match',
  in: 'header',
  description: 'The ETag of the last answer: 304 when nothing has changed since.',
  schema: { type: 'string' },
};
const lastEventId: oas31.ParameterObject = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'The id of the last event that was received: the stream continues after it, or begins with `reset`.',
  schema: { type: 'string' },
};
const previewProblems: ProblemType[] = [
  'malformed-json',
  'invalid-request',
  'cross-origin',
  'unknown-resource',
  'too-large',
  'unsupported-media-type',
];
const notModified = { description: 'The answer is the one that the caller already has.' };

const scalePaths: ZodOpenApiPathsObject = {
  '/v1/resources': {
    get: {
      ...operation('scale', 'listResources', 'List resources, and what needs a person'),
      parameters: [ifNoneMatch],
      requestParams: { query: resourcesQuerySchema },
      responses: { ...answers({ 200: 'Resources' }, ['invalid-request']), 304: notModified },
    },
  },
  '/v1/events': {
    get: {
      ...operation('scale', 'streamChanges', 'Changes of resources as they happen, as server-sent events'),
      parameters: [lastEventId],
      requestParams: { query: eventsQuerySchema },
      responses: {
        200: {
          description:
            'Events: `reset` (load GET /v1/resources), `resource` (a ResourceRow that has changed), `status` (whether Temporal answers).',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        ...answers({}, ['invalid-request', 'unknown-resource']),
      },
    },
  },
  '/v1/resources/{resource}': {
    parameters: [resourceName],
    get: {
      ...operation('scale', 'getResource', 'Read a resource and its newest run'),
      responses: answers({ 200: 'Resource' }, ['invalid-request', 'unknown-resource']),
    },
  },
  '/v1/resources/{resource}/scale': {
    parameters: [resourceName],
    post: {
      ...operation('scale', 'scaleResource', 'Request a capacity'),
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
      ...operation('scale', 'cancelScale', 'Cancel the scaling in progress'),
      responses: answers({ 202: 'Cancelling' }, [
        'invalid-request',
        'cross-origin',
        'unknown-resource',
        'nothing-under-way',
      ]),
    },
  },
  '/v1/resources/{resource}/scale/preview': {
    parameters: [resourceName],
    post: {
      ...operation('scale', 'previewScale', 'What a request for a capacity would do. Nothing is sent'),
      requestBody: body('ScaleRequestBody'),
      responses: answers({ 200: 'Preview' }, previewProblems),
    },
  },
  '/v1/resources/{resource}/override/preview': {
    parameters: [resourceName],
    post: {
      ...operation('autoscale', 'previewOverride', 'What an override would do. Nothing is sent'),
      requestBody: body('OverrideRequest'),
      responses: answers({ 200: 'Preview' }, [...previewProblems, 'not-autoscaled']),
    },
  },
  '/v1/resources/{resource}/policy': {
    parameters: [resourceName],
    get: {
      ...operation('autoscale', 'getPolicy', 'Read the policy as its author wrote it'),
      responses: answers({ 200: 'Policy' }, ['invalid-request', 'unknown-resource', 'not-autoscaled']),
    },
  },
  '/v1/schemas/autoscale': {
    get: {
      ...operation('autoscale', 'getAutoscaleSchema', 'The JSON Schema of what is written under `autoscale:`'),
      parameters: [ifNoneMatch],
      responses: {
        200: {
          description: 'A JSON Schema (2020-12), for editors and for validation.',
          content: { 'application/schema+json': { schema: { type: 'object' } } },
        },
        ...answers({}),
        304: notModified,
      },
    },
  },
  '/v1/resources/{resource}/backtest': {
    parameters: [resourceName],
    post: {
      ...operation(
        'autoscale',
        'backtest',
        'Try a policy on the recorded signals, beside the one in force. Nothing is sent',
      ),
      requestBody: body('BacktestRequest'),
      responses: answers({ 200: 'Backtest' }, [...previewProblems, 'not-autoscaled', 'nothing-recorded']),
    },
  },
  '/v1/resources/{resource}/runs': {
    parameters: [resourceName],
    get: {
      ...operation('scale', 'listRuns', 'List current and past runs'),
      requestParams: { query: runsQuerySchema },
      responses: answers({ 200: 'Runs' }, ['invalid-request', 'unknown-resource']),
    },
  },
  '/v1/resources/{resource}/series': {
    parameters: [resourceName],
    get: {
      ...operation('scale', 'getSeries', 'Read capacity, target, signals and changes over time'),
      requestParams: { query: seriesQuerySchema },
      responses: answers({ 200: 'Series' }, ['invalid-request', 'unknown-resource']),
    },
  },
};

const healthPaths: ZodOpenApiPathsObject = {
  '/healthz': {
    get: {
      ...operation('health', 'isAlive', 'Check that this process is alive'),
      security: [],
      responses: { 200: answer('Alive') },
    },
  },
  '/readyz': {
    get: {
      ...operation('health', 'isReady', 'Check Temporal, the worker and the platforms'),
      security: [],
      responses: { 200: answer('Readiness'), 503: answer('Readiness'), ...problems(['unknown-host']) },
    },
  },
  '/metrics': {
    get: {
      ...operation('health', 'getMetrics', 'The metrics of this process, for Prometheus'),
      security: [],
      responses: {
        200: {
          description:
            "Prometheus' text format, or OpenMetrics where the Accept header asks for it. docs/metrics.md lists the metrics.",
          content: {
            'text/plain': { schema: { type: 'string' } },
            'application/openmetrics-text': { schema: { type: 'string' } },
          },
        },
        ...problems(['unknown-host']),
      },
    },
  },
};

const dropInPaths: ZodOpenApiPathsObject = {
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
