/** Explains the decisions of autoscalers. */
import type { Request, RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { AutoscaleView } from '../../client/autoscale/reader.js';
import type { ApiContext } from '../context.js';
import { sendUnlessKnown } from '../http/etag.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';
import type { AutoscaleAnswer, DecisionsAnswer } from './answers.js';
import { findAutoscaled, notAutoscaled } from './find-autoscaled.js';
import { autoscalerNotice } from './notice.js';
import { presentAutoscale, presentEvaluation } from './present.js';

export function autoscaleRoutes(router: Router, api: ApiContext): void {
  const path = '/v1/resources/:resource';
  route(router, `${path}/evaluation`, { get: [getEvaluation(api)] });
  route(router, `${path}/decisions`, { get: [getDecisions(api)] });
}

function getEvaluation(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const alias = await findAutoscaled(api, request);
    const view = await api.autoscaleReader.view(alias);
    if (!api.config.resources[alias]?.autoscale && (!view || view.ended)) throw notAutoscaled(alias);
    const answer = await explain(api, alias, view);
    const evaluation = view?.progress?.evaluation;
    // The ages in an evaluation grow with every answer.
    const ageless = evaluation ? { ...answer, evaluation: presentEvaluation(evaluation, evaluation.atMs) } : answer;
    sendUnlessKnown(request, response, answer, ageless);
  };
}

export async function explain(
  { config, runs }: ApiContext,
  alias: string,
  view: AutoscaleView | undefined,
): Promise<AutoscaleAnswer> {
  const notice = autoscalerNotice(alias, view, config.resources[alias]?.autoscale?.settings.intervalMs);
  return presentAutoscale(alias, view, await runs.newest(alias), notice);
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
    sendUnlessKnown(request, response, answer);
  };
}

function limitOf(request: Request): number {
  const query = decisionsQuerySchema.safeParse(request.query);
  if (!query.success) throw new Problem('invalid-request', `In the query: ${z.prettifyError(query.error)}`);
  return query.data.limit;
}
