/** `POST .../preview`: what a request would do. Nothing is sent. */
import type { RequestHandler, Router } from 'express';
import type { ResourceConfig } from '../../config/config.js';
import { outOfBounds } from '../../domain/scale/request.js';
import { widenedTo } from '../../domain/scale/step.js';
import { overrideRequestSchema } from '../autoscale/answers.js';
import type { ApiContext } from '../context.js';
import { findResource } from '../find-resource.js';
import { rowOf } from '../fleet/row.js';
import { Problem } from '../http/problem.js';
import { parseBody, readJsonBody } from '../http/request.js';
import { route } from '../http/route.js';
import { scaleRequestSchema } from '../scale/request-body.js';
import type { PreviewAnswer } from './answers.js';
import { type PreviewFacts, previewScale, previewTarget, refusedPreview, warningsOf } from './preview.js';

export function previewRoutes(router: Router, api: ApiContext): void {
  const path = '/v1/resources/:resource';
  route(router, `${path}/scale/preview`, { post: [readJsonBody, postScalePreview(api)] });
  route(router, `${path}/override/preview`, { post: [readJsonBody, postOverridePreview(api)] });
}

function postScalePreview(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const config = findResource(api.config.resources, request);
    const requested = parseBody(scaleRequestSchema, request);
    response.json(previewScale(requested, await factsOf(api, config)) satisfies PreviewAnswer);
  };
}

function postOverridePreview(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const config = findResource(api.config.resources, request);
    if (!config.autoscale) {
      throw new Problem('not-autoscaled', `${config.alias} is not autoscaled: request a capacity instead.`);
    }
    const { capacity, until, beyondBounds } = parseBody(overrideRequestSchema, request);
    const facts = await factsOf(api, config);
    const wrong = beyondBounds ? undefined : outOfBounds(capacity, config.settings);
    if (wrong !== undefined) {
      const why = `${config.alias}: ${wrong}; set "beyondBounds": true to allow it`;
      response.json(refusedPreview(facts, capacity, why) satisfies PreviewAnswer);
      return;
    }
    const ends = until === undefined ? 'until it is removed' : `until ${new Date(until).toISOString()}`;
    const warnings = [`The policies change nothing ${ends}.`, ...pauseWarning(facts, capacity), ...warningsOf(facts)];
    response.json(
      previewTarget(capacity, facts, widenedTo(capacity, config.settings), warnings) satisfies PreviewAnswer,
    );
  };
}

function pauseWarning({ row: { pause, capacity } }: PreviewFacts, to: number): string[] {
  if (!pause || capacity === null || capacity === to) return [];
  const isHeld = pause.direction === 'both' || pause.direction === (to > capacity ? 'up' : 'down');
  return isHeld ? ['The resource is paused in this direction: the override applies when the pause ends.'] : [];
}

async function factsOf(
  { runs, autoscaleReader, links, autoscalerCheck }: ApiContext,
  config: ResourceConfig,
): Promise<PreviewFacts> {
  const { alias, autoscale } = config;
  const [run, autoscaler] = await Promise.all([runs.newest(alias), autoscale && autoscaleReader.view(alias)]);
  const nowMs = Date.now();
  const autoscalerNotice = autoscalerCheck.noticeOf(alias) ?? null;
  const row = rowOf(config, { run, autoscaler }, { links, nowMs, autoscalerNotice });
  return { config, row, run, nowMs };
}
