/** Controls autoscaling and explains its decisions. */
import type { Request, RequestHandler, Router } from 'express';
import { z } from 'zod';
import { NotAutoscaled } from '../../client/autoscale/client.js';
import { autoscalerNotice } from './notice.js';
import { outOfBounds } from '../../domain/scale/request.js';
import type { ApiContext } from '../context.js';
import {
  type AutoscaleAnswer,
  type DecisionsAnswer,
  alertmanagerSchema,
  overrideRequestSchema,
  pauseRequestSchema,
} from './answers.js';
import { parseBody, readJsonBody, readHook } from '../http/request.js';
import { findResource, hasUnnamedAutoscaler } from '../find-resource.js';
import { presentAutoscale, presentEvaluation, presentOverride, presentPause } from './present.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';

export function autoscaleRoutes(router: Router, api: ApiContext): void {
  const path = '/v1/resources/:resource';
  route(router, `${path}/pause`, { put: [readJsonBody, putPause(api)], delete: [deletePause(api)] });
  route(router, `${path}/override`, { put: [readJsonBody, putOverride(api)], delete: [deleteOverride(api)] });
  route(router, `${path}/evaluate`, { post: [postEvaluate(api)] });
  route(router, `${path}/evaluation`, { get: [getEvaluation(api)] });
  route(router, `${path}/decisions`, { get: [getDecisions(api)] });
  route(router, '/v1/hooks/alertmanager', { post: [readHook, postAlerts(api)] });
}

function putPause(api: ApiContext): RequestHandler {
  const { autoscales } = api;
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    const { direction, until } = parseBody(pauseRequestSchema, request);
    const pause = { direction, untilMs: inFuture(until) };
    await signal(api, alias, () => autoscales.pause(alias, pause));
    response.json({ resource: alias, pause: presentPause(pause) });
  };
}

function deletePause(api: ApiContext): RequestHandler {
  const { autoscales } = api;
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    await signal(api, alias, () => autoscales.pause(alias, null));
    response.json({ resource: alias, pause: null });
  };
}

function putOverride(api: ApiContext): RequestHandler {
  const { config, autoscales } = api;
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    const { capacity, until, beyondBounds } = parseBody(overrideRequestSchema, request);
    // The workers of a resource that this configuration does not name check the bounds themselves.
    const settings = config.resources[alias]?.settings;
    const wrong = beyondBounds || !settings ? undefined : outOfBounds(capacity, settings);
    if (wrong !== undefined)
      throw new Problem('out-of-bounds', `${alias}: ${wrong}; set "beyondBounds": true to allow it.`);
    const override = { capacity, untilMs: inFuture(until), ...(beyondBounds && { beyondBounds }) };
    await signal(api, alias, () => autoscales.override(alias, override));
    response.json({ resource: alias, override: presentOverride(override) });
  };
}

function deleteOverride(api: ApiContext): RequestHandler {
  const { autoscales } = api;
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    await signal(api, alias, () => autoscales.override(alias, null));
    response.json({ resource: alias, override: null });
  };
}

function postEvaluate(api: ApiContext): RequestHandler {
  const { autoscales } = api;
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    await signal(api, alias, () => autoscales.evaluate(alias));
    response.status(202).json({ resources: [alias] });
  };
}

/**
 * Alerts for resources that are unknown or not autoscaled are meant for another receiver: they are no error, because
 * Alertmanager would retry.
 */
function postAlerts({ config, autoscales }: ApiContext): RequestHandler {
  return async (request, response) => {
    const { alerts } = parseBody(alertmanagerSchema, request);
    const named = new Set(alerts.map(({ labels }) => labels['escapement_resource'] ?? labels['resource'] ?? ''));
    const ours = [...named].filter((alias) => config.resources[alias]?.autoscale !== undefined);
    const evaluated = await Promise.all(
      ours.map((alias) => autoscales.evaluate(alias).then(() => alias, ifAutoscaled)),
    );
    response.status(202).json({ resources: evaluated.filter((alias) => alias !== undefined) });
  };
}

function getEvaluation(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    const view = await api.autoscaleReader.view(alias);
    const configured = api.config.resources[alias]?.autoscale;
    if (!configured && (!view || view.ended)) throw notAutoscaled(alias);
    const notice = autoscalerNotice(alias, view, configured?.settings.intervalMs);
    response.json(presentAutoscale(alias, view, await api.runs.newest(alias), notice) satisfies AutoscaleAnswer);
  };
}

export const decisionsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Maximum number of decisions.'),
});

function getDecisions(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    const decisions = await api.autoscaleReader.decisions(alias, limitOf(request));
    if (!decisions && !api.config.resources[alias]?.autoscale) throw notAutoscaled(alias);
    const answer: DecisionsAnswer = {
      resource: alias,
      decisions: (decisions ?? []).map(({ evaluation, runId, refused }) => ({
        // The ages as they were at the time of the decision.
        evaluation: presentEvaluation(evaluation, evaluation.atMs),
        runId,
        refused: refused ?? null,
      })),
    };
    response.json(answer);
  };
}

/**
 * Also finds an autoscaler that this configuration does not name: it runs until it is removed. @throws Problem with the
 * names that exist.
 */
async function findAutoscaled({ config, autoscales }: ApiContext, request: Request): Promise<string> {
  const alias = String(request.params['resource']);
  if (Object.hasOwn(config.resources, alias)) return alias;
  return (await hasUnnamedAutoscaler(autoscales, alias)) ? alias : findResource(config.resources, request).alias;
}

function limitOf(request: Request): number {
  const query = decisionsQuerySchema.safeParse(request.query);
  if (!query.success) throw new Problem('invalid-request', `In the query: ${z.prettifyError(query.error)}`);
  return query.data.limit;
}

function inFuture(until: string | undefined): number | null {
  if (until === undefined) return null;
  const untilMs = Date.parse(until);
  if (untilMs > Date.now()) return untilMs;
  const detail = `${until} is in the past`;
  throw new Problem('invalid-request', `#/until: ${detail}`, { errors: [{ pointer: '#/until', detail }] });
}

function notAutoscaled(alias: string): Problem {
  const advice = 'Add "autoscale:" to it in the configuration and run "escapement apply".';
  return new Problem('not-autoscaled', `${alias} is not autoscaled. ${advice}`);
}

/** @throws Problem when no autoscaler can receive the message. */
async function signal({ config, autoscaleReader }: ApiContext, alias: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof NotAutoscaled)) throw error;
    if (!config.resources[alias]?.autoscale) throw notAutoscaled(alias);
    const notice = autoscalerNotice(alias, await autoscaleReader.view(alias), undefined);
    throw new Problem(
      'autoscaler-not-running',
      `${notice ?? 'The autoscaler has just been started.'} Then send the request again.`,
    );
  }
}

function ifAutoscaled(error: unknown): undefined {
  if (!(error instanceof NotAutoscaled)) throw error;
}
