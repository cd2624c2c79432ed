/** Tells autoscalers something: a pause, an override, an evaluation now. */
import type { RequestHandler, Response, Router } from 'express';
import { NotAutoscaled } from '../../client/autoscale/client.js';
import type { Override, Pause } from '../../domain/autoscale/evaluation.js';
import { outOfBounds } from '../../domain/scale/request.js';
import type { ApiContext } from '../context.js';
import { preferredWait, type Wait } from '../http/prefer.js';
import { Problem } from '../http/problem.js';
import { parseBody, readJsonBody, readJsonList } from '../http/request.js';
import { route } from '../http/route.js';
import { alertmanagerSchema, overrideRequestSchema, pauseRequestSchema } from './answers.js';
import { findAutoscaled, notAutoscaled } from './find-autoscaled.js';
import { autoscalerNotice } from './notice.js';
import { presentOverride, presentPause, unlessExpired } from './present.js';
import { explain } from './routes.js';
import { untilEvaluated, untilTaken } from './wait.js';

export function controlRoutes(router: Router, api: ApiContext): void {
  const path = '/v1/resources/:resource';
  route(router, `${path}/pause`, { put: [readJsonBody, putPause(api)], delete: [deletePause(api)] });
  route(router, `${path}/override`, { put: [readJsonBody, putOverride(api)], delete: [deleteOverride(api)] });
  route(router, `${path}/evaluate`, { post: [postEvaluate(api)] });
  route(router, '/v1/hooks/alertmanager', { post: [readJsonList, postAlerts(api)] });
}

function putPause(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const wait = preferredWait(request, response, api.stopping);
    const alias = await findAutoscaled(api, request);
    const { direction, until } = parseBody(pauseRequestSchema, request);
    await setPause(api, { alias, wait, response }, { direction, untilMs: inFuture(until) });
  };
}

function deletePause(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const wait = preferredWait(request, response, api.stopping);
    await setPause(api, { alias: await findAutoscaled(api, request), wait, response }, null);
  };
}

function putOverride(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const wait = preferredWait(request, response, api.stopping);
    const alias = await findAutoscaled(api, request);
    const { capacity, until, beyondBounds } = parseBody(overrideRequestSchema, request);
    // The workers of a resource that this configuration does not name check the bounds themselves.
    const settings = api.config.resources[alias]?.settings;
    const wrong = beyondBounds || !settings ? undefined : outOfBounds(capacity, settings);
    if (wrong !== undefined)
      throw new Problem('out-of-bounds', `${alias}: ${wrong}; set "beyondBounds": true to allow it.`);
    const override = { capacity, untilMs: inFuture(until), ...(beyondBounds && { beyondBounds }) };
    await setOverride(api, { alias, wait, response }, override);
  };
}

function deleteOverride(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const wait = preferredWait(request, response, api.stopping);
    await setOverride(api, { alias: await findAutoscaled(api, request), wait, response }, null);
  };
}

interface Setting {
  readonly alias: string;
  readonly wait: Wait;
  readonly response: Response;
}

async function setPause(api: ApiContext, { alias, wait, response }: Setting, pause: Pause | null): Promise<void> {
  const { autoscales } = api;
  await signal(api, alias, () => autoscales.pause(alias, pause));
  const taken = await wait.until((patience) => untilTaken(autoscales, alias, patience));
  const inForce = taken ? unlessExpired(taken.pause) : pause;
  response.status(statusOf(wait, taken)).json({ resource: alias, pause: presentPause(inForce) });
}

async function setOverride(
  api: ApiContext,
  { alias, wait, response }: Setting,
  override: Override | null,
): Promise<void> {
  const { autoscales } = api;
  await signal(api, alias, () => autoscales.override(alias, override));
  const taken = await wait.until((patience) => untilTaken(autoscales, alias, patience));
  const inForce = taken ? unlessExpired(taken.override) : override;
  response.status(statusOf(wait, taken)).json({ resource: alias, override: presentOverride(inForce) });
}

/** 202: the caller has waited, the message is durable, and no worker has handled it yet. */
function statusOf({ isPreferred }: Wait, taken: object | undefined): 200 | 202 {
  return isPreferred && !taken ? 202 : 200;
}

function postEvaluate(api: ApiContext): RequestHandler {
  const { autoscales, autoscaleReader } = api;
  return async (request, response) => {
    const wait = preferredWait(request, response, api.stopping);
    const alias = await findAutoscaled(api, request);
    const sinceMs = Date.now();
    await signal(api, alias, () => autoscales.evaluate(alias));
    const view = await wait.until((patience) => untilEvaluated(autoscaleReader, alias, sinceMs, patience));
    if (view) response.json(await explain(api, alias, view));
    else response.status(202).json({ resources: [alias] });
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

function inFuture(until: string | undefined): number | null {
  if (until === undefined) return null;
  const untilMs = Date.parse(until);
  if (untilMs > Date.now()) return untilMs;
  const detail = `${until} is in the past`;
  throw new Problem('invalid-request', `#/until: ${detail}`, { errors: [{ pointer: '#/until', detail }] });
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
