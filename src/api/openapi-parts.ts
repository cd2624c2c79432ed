/** The building blocks of the OpenAPI document: named schemas, responses, problems. */
import type { ZodOpenApiOperationObject, ZodOpenApiOverride } from 'zod-openapi';
import { scaleRequestSchema } from './scale/request-body.js';
import { acceptedSchema, cancellingSchema, resourceSchema, runSchema, runsSchema } from './scale/answers.js';
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
import { problemSchema, problemTypes, type ProblemType, problemUri } from './http/problem.js';

type Responses = ZodOpenApiOperationObject['responses'];

export const schemas = {
  ScaleRequestBody: scaleRequestSchema,
  Accepted: acceptedSchema,
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

export function answers(good: Readonly<Record<number, SchemaName>>, bad: readonly ProblemType[] = []): Responses {
  const goodOnes = Object.entries(good).map(([status, name]) => [status, answer(name)] as const);
  return {
    ...Object.fromEntries(goodOnes),
    ...problems(['unauthorized', 'unknown-host', ...bad, 'internal', 'temporal-unavailable']),
  };
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

export function body(name: SchemaName) {
  return { required: true, content: { 'application/json': { schema: schemas[name] } } };
}

/** A rule that the schema checks in code. */
const exactlyOneOfThem = ['targetCapacity', 'add', 'remove'].map((field) => ({ required: [field] }));

/** Corrects the JSON Schema that zod makes: adds the rule above, and removes what says nothing to a reader. */
export const schemaOverride: ZodOpenApiOverride = ({ zodSchema, jsonSchema }) => {
  if (zodSchema === scaleRequestSchema) jsonSchema.oneOf = exactlyOneOfThem;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // The pattern repeats the format in 300 characters.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
};
