/** The building blocks of the OpenAPI document: named schemas, responses, problems. */
import type { oas31, ZodOpenApiOperationObject, ZodOpenApiOverride } from 'zod-openapi';
import { scaleManySchema, scaleOneOfManySchema, scaleRequestSchema } from './scale/request-body.js';
import {
  acceptedSchema,
  cancellingSchema,
  resourceSchema,
  runSchema,
  runsSchema,
  scaledManySchema,
} from './scale/answers.js';
import {
  alertmanagerSchema,
  autoscaleSchema,
  decisionsSchema,
  evaluatingSchema,
  evaluationSchema,
  overriddenSchema,
  overrideRequestSchema,
  pauseRequestSchema,
  pausedSchema,
} from './autoscale/answers.js';
import { resourceRowSchema, resourcesSchema } from './fleet/answers.js';
import { backtestRequestSchema, backtestSchema } from './backtest/answers.js';
import { planSchema, plansSchema } from './plan/answers.js';
import { planRequestSchema } from './plan/request-body.js';
import { policySchema } from './policy/answers.js';
import { previewSchema } from './preview/answers.js';
import { seriesSchema } from './series/answers.js';
import { dropInHealthSchema, dropInScaleSchema, dropInStatusSchema, dropInRequestSchema } from './drop-in/answers.js';
import { aliveSchema, readinessSchema } from './health/answers.js';
import { longestWaitSeconds } from './http/prefer.js';
import { longestKey } from './http/request.js';
import { problemSchema, problemTypes, type ProblemType, problemUri } from './http/problem.js';

type Responses = ZodOpenApiOperationObject['responses'];

export const schemas = {
  ScaleRequestBody: scaleRequestSchema,
  ScaleManyBody: scaleManySchema,
  Accepted: acceptedSchema,
  ScaledMany: scaledManySchema,
  Cancelling: cancellingSchema,
  Preview: previewSchema,
  Policy: policySchema,
  BacktestRequest: backtestRequestSchema,
  Backtest: backtestSchema,
  Resource: resourceSchema,
  ResourceRow: resourceRowSchema,
  Resources: resourcesSchema,
  Run: runSchema,
  Runs: runsSchema,
  Series: seriesSchema,
  PlanRequest: planRequestSchema,
  Plan: planSchema,
  Plans: plansSchema,
  PauseRequest: pauseRequestSchema,
  Paused: pausedSchema,
  OverrideRequest: overrideRequestSchema,
  Overridden: overriddenSchema,
  Evaluating: evaluatingSchema,
  Evaluation: evaluationSchema,
  Autoscale: autoscaleSchema,
  Decisions: decisionsSchema,
  Alertmanager: alertmanagerSchema,
  Alive: aliveSchema,
  Readiness: readinessSchema,
  Problem: problemSchema,
  DropInRequest: dropInRequestSchema,
  DropInScale: dropInScaleSchema,
  DropInStatus: dropInStatusSchema,
  DropInHealth: dropInHealthSchema,
};
type SchemaName = keyof typeof schemas;

export function operation(tag: string, operationId: string, summary: string) {
  return { tags: [tag], operationId, summary };
}

/** Of responses. One that is `required` is in every such response. */
export const headers = {
  ETag: {
    description: 'The entity tag of the answer, for If-None-Match. It is weak: the same content has the same tag.',
    required: true,
    schema: { type: 'string' },
  },
  Location: { description: 'The path of the resource.', required: true, schema: { type: 'string' } },
  'Preference-Applied': {
    description: 'The preference that was followed (RFC 7240). Absent: the request did not wait.',
    schema: { type: 'string', examples: ['wait=60'] },
  },
} as const satisfies Record<string, oas31.HeaderObject>;
type HeaderName = keyof typeof headers;

export const idempotencyKey: oas31.ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Requests with the same key and body get the same answer and are applied once; the same key with another body is refused.',
  schema: { type: 'string', minLength: 1, maxLength: longestKey },
};

export const ifNoneMatch: oas31.ParameterObject = {
  name: 'If-None-Match',
  in: 'header',
  description: 'The ETag of the last answer: 304 when nothing has changed since.',
  schema: { type: 'string' },
};

/** @param whenAnswered for example `answer when the target is reached`. */
export function prefer(whenAnswered: string): oas31.ParameterObject {
  return {
    name: 'Prefer',
    in: 'header',
    description: `wait=N: ${whenAnswered}, or after N seconds (at most ${longestWaitSeconds}).`,
    schema: { type: 'string', examples: ['wait=60'] },
  };
}

/** What an operation that reads has in common: it answers 304 when the caller has the answer. */
export function reads(name: SchemaName, bad: readonly ProblemType[] = []) {
  return readsDocument(answer(name), bad);
}

/** The same for a document that has no schema here. */
export function readsDocument(
  good: oas31.ResponseObject | ReturnType<typeof answer>,
  bad: readonly ProblemType[] = [],
) {
  return {
    parameters: [ifNoneMatch],
    responses: {
      200: { ...good, headers: named(['ETag']) },
      304: { description: 'The answer is the one that the caller already has.', headers: named(['ETag']) },
      ...problems(['unauthorized', 'unknown-host', ...bad, 'internal', 'temporal-unavailable']),
    },
  };
}

/** @param sent the headers of a good answer, by its status. */
export function answers(
  good: Readonly<Record<number, SchemaName>>,
  bad: readonly ProblemType[] = [],
  sent: Readonly<Record<number, readonly HeaderName[]>> = {},
): Responses {
  const goodOnes = Object.entries(good).map(([status, name]) => {
    const names = sent[Number(status)];
    return [status, { ...answer(name), ...(names && { headers: named(names) }) }] as const;
  });
  return {
    ...Object.fromEntries(goodOnes),
    ...problems(['unauthorized', 'unknown-host', ...bad, 'internal', 'temporal-unavailable']),
  };
}

function named(names: readonly HeaderName[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

export function answer(name: SchemaName) {
  const description = schemas[name].description ?? name;
  return { description, content: { 'application/json': { schema: schemas[name] } } };
}

/** Several problems may share a status: the description lists each of them. */
export function problems(types: readonly ProblemType[]): Responses {
  const statuses = [...new Set(types.map((type) => problemTypes[type].status))];
  const entries = statuses.map((status) => {
    const ofStatus = types.filter((type) => problemTypes[type].status === status);
    const description = ofStatus.map((type) => `\`${problemUri(type)}\`: ${problemTypes[type].title}.`).join('\n\n');
    return [status, { description, content: { 'application/problem+json': { schema: problemSchema } } }] as const;
  });
  return Object.fromEntries(entries);
}

export function body(name: SchemaName, example: object) {
  return { required: true, content: { 'application/json': { schema: schemas[name], example } } };
}

/** A rule that the schema checks in code. */
const exactlyOneOfThem = ['targetCapacity', 'add', 'remove'].map((field) => ({ required: [field] }));

/** Corrects the JSON Schema that zod makes: adds the rule above, and removes what says nothing to a reader. */
export const schemaOverride: ZodOpenApiOverride = ({ zodSchema, jsonSchema }) => {
  if (zodSchema === scaleRequestSchema || zodSchema === scaleOneOfManySchema) jsonSchema.oneOf = exactlyOneOfThem;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // The pattern repeats the format in 300 characters.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
};
