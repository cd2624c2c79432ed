/** Control of autoscaling, and why it does what it does. */
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
import { parseBody, readJsonBody, readHook } from '../http/body.js';
import { findResource, goesOnUnnamed } from '../find-resource.js';
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
    await tell(api, alias, () => autoscales.pause(alias, pause));
    response.json({ resource: alias, pause: presentPause(pause) });
  };
}

function deletePause(api: ApiContext): RequestHandler {
  const { autoscales } = api;
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    await tell(api, alias, () => autoscales.pause(alias, null));
    response.json({ resource: alias, pause: null });
  };
}

function putOverride(api: ApiContext): RequestHandler {
  const { config, autoscales } = api;
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    const { capacity, until, beyondBounds } = parseBody(overrideRequestSchema, request);
    // Of one that this configuration does not name, its own workers know the bounds.
    const settings = config.resources[alias]?.settings;
    const wrong = beyondBounds || !settings ? undefined : outOfBounds(capacity, settings);
    if (wrong !== undefined)
      throw new Problem('out-of-bounds', `${alias}: ${wrong}; write "beyondBounds": true to go there.`);
    const override = { capacity, untilMs: inFuture(until), ...(beyondBounds && { beyondBounds }) };
    await tell(api, alias, () => autoscales.override(alias, override));
    response.json({ resource: alias, override: presentOverride(override) });
  };
}

function deleteOverride(api: ApiContext): RequestHandler {
  const { autoscales } = api;
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    await tell(api, alias, () => autoscales.override(alias, null));
    response.json({ resource: alias, override: null });
  };
}

function postEvaluate(api: ApiContext): RequestHandler {
  const { autoscales } = api;
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    await tell(api, alias, () => autoscales.evaluate(alias));
    response.status(202).json({ resources: [alias] });
  };
}

/** Resources that are not ours, or not autoscaled, are another receiver's business: Alertmanager must not try again. */
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
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('The most decisions to answer.'),
});

function getDecisions(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    const decisions = await api.autoscaleReader.decisions(alias, limitOf(request));
    if (!decisions && !api.config.resources[alias]?.autoscale) throw notAutoscaled(alias);
    const answer: DecisionsAnswer = {
      resource: alias,
      decisions: (decisions ?? []).map(({ evaluation, runId, refused }) => ({
        // What was known when it was decided, however long ago that is.
        evaluation: presentEvaluation(evaluation, evaluation.atMs),
        runId,
        refused: refused ?? null,
      })),
    };
    response.json(answer);
  };
}

/** Also one that this configuration does not name: it goes on until it is removed. @throws Problem naming what there is. */
async function findAutoscaled({ config, autoscales }: ApiContext, request: Request): Promise<string> {
  const alias = String(request.params['resource']);
  if (Object.hasOwn(config.resources, alias)) return alias;
  return (await goesOnUnnamed(autoscales, alias)) ? alias : findResource(config.resources, request).alias;
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
  const detail = `${until} is over`;
  throw new Problem('invalid-request', `#/until: ${detail}`, { errors: [{ pointer: '#/until', detail }] });
}

function notAutoscaled(alias: string): Problem {
  const advice = 'Give it "autoscale:" in the configuration and run "escapement apply".';
  return new Problem('not-autoscaled', `${alias} is not autoscaled. ${advice}`);
}

/** @throws Problem where there is no autoscaler that could be told. */
async function tell({ config, autoscaleReader }: ApiContext, alias: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof NotAutoscaled)) throw error;
    if (!config.resources[alias]?.autoscale) throw notAutoscaled(alias);
    const notice = autoscalerNotice(alias, await autoscaleReader.view(alias), undefined);
    throw new Problem('autoscaler-not-running', `${notice ?? 'It has just been started.'} Then ask again.`);
  }
}

function ifAutoscaled(error: unknown): undefined {
  if (!(error instanceof NotAutoscaled)) throw error;
}
