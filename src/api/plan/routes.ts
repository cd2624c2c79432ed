/** `/v1/plans`: several resources scaled in order, and back again if a step fails. */
import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { PlanView } from '../../client/plan/client.js';
import { pollTemporal } from '../../client/temporal/poll.js';
import type { PlanStop } from '../../domain/plan/plan.js';
import { parseDuration } from '../../domain/written/duration.js';
import type { ApiContext } from '../context.js';
import { sendUnlessKnown } from '../http/etag.js';
import { preferredWait } from '../http/prefer.js';
import { Problem } from '../http/problem.js';
import { idempotencyKeyOf, parseBody, readJsonBody } from '../http/request.js';
import { route } from '../http/route.js';
import type { PlanAnswer, PlansAnswer } from './answers.js';
import { membersOf } from './members.js';
import { planPath, presentPlan } from './present.js';
import { plannedSteps, planRequestSchema } from './request-body.js';

export function planRoutes(router: Router, api: ApiContext): void {
  route(router, '/v1/plans', { get: [getPlans(api)], post: [readJsonBody, postPlan(api)] });
  route(router, '/v1/plans/:plan', { get: [getPlan(api)], delete: [deletePlan(api)] });
}

function postPlan(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const { steps: written, timeout, reason } = parseBody(planRequestSchema, request);
    const steps = plannedSteps(written);
    const timeoutMs = parseDuration(timeout) ?? 0;
    const id = planIdOf(request);
    const wait = preferredWait(request, response, api.stopping);
    const members = membersOf(steps, api.config.resources);
    const started = await api.plans.start({ id, steps, timeoutMs, reason }, members);
    const ended = await wait.until((patience) => ending(id, api, patience));
    if (ended) {
      response.json(reached(show(ended, api)));
      return;
    }
    response.status(202).location(planPath(id)).json(show(started, api));
  };
}

/** The idempotency key is the ID of the plan. Its form keeps the keys of two plans apart. */
function planIdOf(request: Request): string {
  const key = idempotencyKeyOf(request);
  if (key === undefined) return randomUUID();
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(key)) return key;
  throw new Problem(
    'invalid-request',
    'The header Idempotency-Key is the ID of the plan: it must be 1 to 100 letters, digits, ".", "_" or "-", for example a UUID.',
  );
}

/** Undefined when the plan has not ended in time. */
async function ending(id: string, { plans }: ApiContext, patience: AbortSignal): Promise<PlanView | undefined> {
  return pollTemporal(async () => {
    const plan = await plans.find(id);
    return plan?.isOpen === false ? plan : undefined;
  }, patience);
}

/** @throws Problem when the plan has ended in another way. */
function reached(plan: PlanAnswer): PlanAnswer {
  if (plan.phase === 'reached') return plan;
  throw new Problem(plan.phase === 'cancelled' ? 'plan-cancelled' : 'plan-failed', plan.sentence);
}

export const plansQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Maximum number of plans.'),
});

function getPlans(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const query = plansQuerySchema.safeParse(request.query);
    if (!query.success) throw new Problem('invalid-request', `In the query: ${z.prettifyError(query.error)}`);
    const plans = await api.plans.list(query.data.limit);
    const answer: PlansAnswer = { plans: plans.map((plan) => show(plan, api)) };
    sendUnlessKnown(request, response, answer);
  };
}

function getPlan(api: ApiContext): RequestHandler {
  return async (request, response) => {
    sendUnlessKnown(request, response, show(await findPlan(api, request), api));
  };
}

export const stopQuerySchema = z.strictObject({
  undo: z
    .enum(['true', 'false'])
    .default('true')
    .describe('false: nothing is undone, and a resource that is on its way goes on to its target.'),
});

function deletePlan(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const query = stopQuerySchema.safeParse(request.query);
    if (!query.success) throw new Problem('invalid-request', `In the query: ${z.prettifyError(query.error)}`);
    const wait = preferredWait(request, response, api.stopping);
    const plan = await findPlan(api, request);
    const { id } = plan.state;
    const how: PlanStop = query.data.undo === 'true' ? 'undo' : 'keep';
    const isStopping = plan.isOpen && (await api.plans.stop(id, how));
    if (!isStopping) {
      throw new Problem('nothing-under-way', `The plan ${id} has ended: there is nothing to cancel.`);
    }
    const ended = await wait.until((patience) => ending(id, api, patience));
    if (ended) response.json(show(ended, api));
    else response.status(202).location(planPath(id)).json(show(plan, api));
  };
}

async function findPlan({ plans }: ApiContext, request: Request): Promise<PlanView> {
  const id = String(request.params['plan']);
  const plan = await plans.find(id);
  if (plan) return plan;
  throw new Problem('unknown-plan', `Plan "${id.slice(0, 100)}" does not exist. GET /v1/plans lists the plans.`);
}

function show(plan: PlanView, { config, links }: ApiContext): PlanAnswer {
  return presentPlan(plan, config.resources, links);
}
