/** The building blocks of the OpenAPI document: named schemas, responses, problems. */
import { z } from 'zod';
import { scaleRequestSchema } from './scale/request-body.js';
import {
  acceptedSchema,
  aliveSchema,
  cancellingSchema,
  problemSchema,
  readinessSchema,
  resourceSchema,
  resourcesSchema,
  runSchema,
  runsSchema,
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
import { dropInHealthSchema, dropInScaleSchema, dropInStatusSchema, dropInRequestSchema } from './drop-in/answers.js';
import { problemTypes, type ProblemType, problemUri } from './http/problem.js';

export type JsonObject = Record<string, unknown>;

const schemas = {
  ScaleRequestBody: scaleRequestSchema,
  Accepted: acceptedSchema,
  Cancelling: cancellingSchema,
  Resource: resourceSchema,
  Resources: resourcesSchema,
  Run: runSchema,
  Runs: runsSchema,
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

export function answers(good: Readonly<Record<number, SchemaName>>, bad: readonly ProblemType[] = []): JsonObject {
  const goodOnes: [string, unknown][] = Object.entries(good).map(([status, name]) => [status, answer(name)]);
  return {
    ...Object.fromEntries(goodOnes),
    ...problems(['unauthorized', 'unknown-host', ...bad, 'internal', 'temporal-unavailable']),
  };
}

export function answer(name: SchemaName) {
  const description = schemas[name].description ?? name;
  return { description, content: { 'application/json': { schema: reference(name) } } };
}

/** Several problems may share a status: the description lists each of them. */
export function problems(types: readonly ProblemType[]): JsonObject {
  const statuses = [...new Set(types.map((type) => problemTypes[type].status))];
  const entries = statuses.map((status): [number, unknown] => {
    const ofStatus = types.filter((type) => problemTypes[type].status === status);
    const description = ofStatus.map((type) => `\`${problemUri(type)}\`: ${problemTypes[type].title}.`).join('\n\n');
    return [status, { description, content: { 'application/problem+json': { schema: reference('Problem') } } }];
  });
  return Object.fromEntries(entries);
}

export function body(name: SchemaName) {
  return { required: true, content: { 'application/json': { schema: reference(name) } } };
}

export function queryParameters(query: z.ZodType) {
  const { properties } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties ?? {}).map(([name, schema]) => ({ name, in: 'query', schema }));
}

function reference(name: SchemaName) {
  return { $ref: pathOf(name) };
}

function pathOf(name: string): string {
  return `#/components/schemas/${name}`;
}

/** A rule that the schema checks in code. */
const exactlyOneOfThem = ['targetCapacity', 'add', 'remove'].map((field) => ({ required: [field] }));

export function componentSchemas(): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    uri: pathOf,
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === scaleRequestSchema) jsonSchema.oneOf = exactlyOneOfThem;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      // The pattern repeats the format in 300 characters.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return Object.fromEntries(Object.entries(made.schemas).map(([id, schema]) => [id, embedded(schema)]));
}

/** Removes what marks a schema as standalone, which does not belong inside a document. */
function embedded(schema: z.core.JSONSchema.BaseSchema): JsonObject {
  const inner: JsonObject = { ...schema };
  delete inner['$schema'];
  delete inner['$id'];
  return inner;
}
