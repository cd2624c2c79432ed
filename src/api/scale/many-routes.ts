/** `POST /v1/scale`: capacities of many resources in one request. Each of them is carried out, or refused, by itself. */
import type { RequestHandler, Router } from 'express';
import { atMost } from '../../client/temporal/at-most.js';
import { isTemporalTrouble } from '../../client/temporal/grpc-status.js';
import type { ScaleRequestBody } from '../../domain/scale/request.js';
import type { ApiContext } from '../context.js';
import { asTarget, resourceNamed } from '../find-resource.js';
import { type Faults, loggedProblem, presentProblem } from '../http/problem-handler.js';
import { requestIdOf } from '../http/request-log.js';
import { idempotencyKeyOf, parseBody, readJsonList } from '../http/request.js';
import { route } from '../http/route.js';
import { presentAccepted } from './accepted.js';
import type { AcceptedAnswer, ScaledManyAnswer } from './answers.js';
import { scaleManySchema } from './request-body.js';

/** Without a worker, a request takes about 3 s: 100 of them take 20 s. */
const requestedAtOnce = 16;

/** With a colon and the longest alias, of 63 characters, a key stays below the 255 characters that a run accepts. */
export const longestKeyForMany = 190;

export function scaleManyRoutes(router: Router, api: ApiContext, faults: Faults): void {
  route(router, '/v1/scale', { post: [readJsonList, postScaleMany(api, faults)] });
}

type Outcome = { readonly accepted: AcceptedAnswer } | { readonly error: unknown };

function postScaleMany(api: ApiContext, faults: Faults): RequestHandler {
  return async (request, response) => {
    const { requests } = parseBody(scaleManySchema, request);
    const key = idempotencyKeyOf(request, longestKeyForMany);
    const outcomes = new Map<string, Outcome>();
    await atMost(requestedAtOnce, requests, async ({ resource, ...requested }) => {
      const own = key === undefined ? undefined : `${key}:${resource}`;
      const outcome = await scaleOne(api, resource, requested, own).catch((error: unknown) => ({ error }));
      outcomes.set(resource, outcome);
    });
    throwIfNoneReachedTemporal([...outcomes.values()]);
    const results = requests.map(({ resource }) =>
      resultOf(resource, outcomes.get(resource) ?? { error: undefined }, requestIdOf(response), faults),
    );
    response.status(results.every(({ problem }) => problem === null) ? 202 : 207).json({ results });
  };
}

async function scaleOne(
  api: ApiContext,
  alias: string,
  requested: ScaleRequestBody,
  key: string | undefined,
): Promise<Outcome> {
  const resource = resourceNamed(api.config.resources, alias);
  const accepted = await api.scales.request(asTarget(resource), requested, key);
  return { accepted: await presentAccepted(api, resource, accepted) };
}

/** One answer for all: a client that repeats a request after a 503 then needs no rule of its own. */
function throwIfNoneReachedTemporal(outcomes: readonly Outcome[]): void {
  const troubles = outcomes.flatMap((outcome) =>
    'error' in outcome && isTemporalTrouble(outcome.error) ? [outcome.error] : [],
  );
  if (troubles.length === outcomes.length) throw troubles[0];
}

function resultOf(
  resource: string,
  outcome: Outcome,
  requestId: string,
  faults: Faults,
): ScaledManyAnswer['results'][number] {
  if ('accepted' in outcome) return { resource, status: 202, accepted: outcome.accepted, problem: null };
  const problem = loggedProblem(outcome.error, requestId, faults);
  return { resource, status: problem.status, accepted: null, problem: presentProblem(problem, requestId) };
}
