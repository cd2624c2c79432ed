/** The OpenAPI 3.1 document, generated from the schemas of the routes' requests and responses. */
import { createDocument, type oas31, type ZodOpenApiPathsObject } from 'zod-openapi';
import {
  answer,
  answers,
  body,
  headers,
  idempotencyKey,
  ifNoneMatch,
  operation,
  prefer,
  problems,
  reads,
  readsDocument,
  schemaOverride,
  schemas,
} from './openapi-parts.js';
import { autoscalePaths } from './autoscale/openapi.js';
import { dropInPaths } from './drop-in/openapi.js';
import { eventWebhooks } from './events/openapi.js';
import { eventsQuerySchema } from './live/routes.js';
import { resourcesQuerySchema } from './fleet/query.js';
import { seriesQuerySchema } from './series/answers.js';
import { longestKeyForMany } from './scale/many-routes.js';
import { runsQuerySchema } from './scale/resource-routes.js';
import { planPaths } from './plan/openapi.js';
import type { ProblemType } from './http/problem.js';

export function openApiDocument() {
  return createDocument(
    {
      openapi: '3.1.1',
      info,
      tags: [
        { name: 'scale', description: 'Request a capacity, and read the status of the request.' },
        { name: 'plan', description: 'Scale several resources in order, and back again if a step fails.' },
        { name: 'autoscale', description: 'Read what policies decide and why, and override them.' },
        { name: 'health', description: 'Probes, metrics, and this document.' },
        { name: 'events', description: 'What Escapement sends to the receivers in the configuration.' },
        {
          name: 'drop-in',
          description: 'The routes of the Omnistrate example, for a configuration with one resource.',
        },
      ],
      servers: [{ url: '.', description: 'The server that this document comes from.' }],
      security: [{}, { token: [] }],
      paths: { ...scalePaths, ...planPaths, ...autoscalePaths, ...healthPaths, ...dropInPaths },
      webhooks: eventWebhooks,
      components: {
        schemas,
        headers,
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

const scaleProblems: ProblemType[] = [
  ...previewProblems,
  'idempotency-conflict',
  'replaced',
  'cancelled',
  'not-resolved',
  'out-of-bounds',
  'scaling-failed',
];
const whenWaited = { 200: ['Preference-Applied'], 202: ['Preference-Applied', 'Location'] } as const;

const scalePaths: ZodOpenApiPathsObject = {
  '/v1/resources': {
    get: {
      ...operation('scale', 'listResources', 'List resources, and what needs a person'),
      ...reads('Resources', ['invalid-request']),
      requestParams: { query: resourcesQuerySchema },
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
      ...reads('Resource', ['invalid-request', 'unknown-resource']),
      parameters: [ifNoneMatch, prefer('with If-None-Match, answer when the resource has changed')],
    },
  },
  '/v1/resources/{resource}/scale': {
    parameters: [resourceName],
    post: {
      ...operation('scale', 'scaleResource', 'Request a capacity'),
      parameters: [idempotencyKey, prefer('answer when the target is reached')],
      requestBody: body('ScaleRequestBody', { targetCapacity: 5, reason: 'market day' }),
      responses: answers({ 200: 'Resource', 202: 'Accepted' }, scaleProblems, whenWaited),
    },
    delete: {
      ...operation('scale', 'cancelScale', 'Cancel the scaling in progress'),
      parameters: [prefer('answer when no change is in progress any more')],
      responses: answers(
        { 200: 'Resource', 202: 'Cancelling' },
        ['invalid-request', 'cross-origin', 'unknown-resource', 'nothing-under-way'],
        whenWaited,
      ),
    },
  },
  '/v1/scale': {
    post: {
      ...operation('scale', 'scaleMany', 'Request capacities of many resources'),
      parameters: [
        {
          ...idempotencyKey,
          description: 'Each request has the key `<key>:<resource>`, so that a repeated list is carried out once.',
          schema: { type: 'string', minLength: 1, maxLength: longestKeyForMany },
        },
      ],
      requestBody: body('ScaleManyBody', {
        requests: [
          { resource: 'worker', targetCapacity: 5 },
          { resource: 'web', add: 2, reason: 'market day' },
        ],
      }),
      responses: answers({ 202: 'ScaledMany', 207: 'ScaledMany' }, [
        'malformed-json',
        'invalid-request',
        'cross-origin',
        'too-large',
        'unsupported-media-type',
      ]),
    },
  },
  '/v1/resources/{resource}/scale/preview': {
    parameters: [resourceName],
    post: {
      ...operation('scale', 'previewScale', 'What a request for a capacity would do. Nothing is sent'),
      requestBody: body('ScaleRequestBody', { targetCapacity: 5, reason: 'market day' }),
      responses: answers({ 200: 'Preview' }, previewProblems),
    },
  },
  '/v1/resources/{resource}/override/preview': {
    parameters: [resourceName],
    post: {
      ...operation('autoscale', 'previewOverride', 'What an override would do. Nothing is sent'),
      requestBody: body('OverrideRequest', { capacity: 6, until: '2027-01-01T00:00:00Z' }),
      responses: answers({ 200: 'Preview' }, [...previewProblems, 'not-autoscaled']),
    },
  },
  '/v1/resources/{resource}/policy': {
    parameters: [resourceName],
    get: {
      ...operation('autoscale', 'getPolicy', 'Read the policy as its author wrote it'),
      ...reads('Policy', ['invalid-request', 'unknown-resource', 'not-autoscaled']),
    },
  },
  '/v1/schemas/autoscale': {
    get: {
      ...operation('autoscale', 'getAutoscaleSchema', 'The JSON Schema of what is written under `autoscale:`'),
      ...readsDocument({
        description: 'A JSON Schema (2020-12), for editors and for validation.',
        content: { 'application/schema+json': { schema: { type: 'object' } } },
      }),
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
      requestBody: body('BacktestRequest', {
        autoscale: 'policies:\n  - { type: perUnit, value: depth, target: 60 }\n',
      }),
      responses: answers({ 200: 'Backtest' }, [...previewProblems, 'not-autoscaled', 'nothing-recorded']),
    },
  },
  '/v1/resources/{resource}/runs': {
    parameters: [resourceName],
    get: {
      ...operation('scale', 'listRuns', 'List current and past runs'),
      ...reads('Runs', ['invalid-request', 'unknown-resource']),
      requestParams: { query: runsQuerySchema },
    },
  },
  '/v1/resources/{resource}/series': {
    parameters: [resourceName],
    get: {
      ...operation('scale', 'getSeries', 'Read capacity, target, signals and changes over time'),
      ...reads('Series', ['invalid-request', 'unknown-resource']),
      requestParams: { query: seriesQuerySchema },
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
  '/openapi.json': {
    get: {
      ...operation('health', 'getOpenApi', 'This document'),
      ...readsDocument({
        description: 'OpenAPI 3.1.',
        content: { 'application/json': { schema: { type: 'object' } } },
      }),
      security: [],
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
