/** `GET /v1/resources/{resource}/series`: capacity, target, signals and changes over time. */
import type { RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { RunView } from '../../client/scale/runs.js';
import { atMost } from '../../client/temporal/at-most.js';
import type { Evaluation } from '../../domain/autoscale/evaluation.js';
import type { LookRing } from '../../domain/autoscale/look-ring.js';
import type { ApiContext } from '../context.js';
import { findResource } from '../find-resource.js';
import { sendUnlessKnown } from '../http/etag.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';
import { mostPoints, seriesQuerySchema } from './answers.js';
import { seriesOf, type SeriesRange } from './series.js';

const usualRangeMs = 3 * 3_600_000;
const leastStepMs = 1000;
/** The newest ones in the range. */
const mostRuns = 100;
const mostDecisions = 500;
const readAtOnce = 8;

export function seriesRoutes(router: Router, api: ApiContext): void {
  route(router, '/v1/resources/:resource/series', { get: [getSeries(api)] });
}

function getSeries(api: ApiContext): RequestHandler {
  return async (request, response) => {
    const config = findResource(api.config.resources, request);
    const range = rangeOf(request.query);
    const [autoscaler, runs] = await Promise.all([
      config.autoscale && api.autoscaleReader.view(config.alias),
      runsIn(api, config.alias, range),
    ]);
    const ring = autoscaler?.progress?.ring;
    const decisions = autoscaler ? await decisionsBefore(api, config.alias, range, ring) : [];
    sendUnlessKnown(request, response, seriesOf(config, range, { runs, ring, decisions }));
  };
}

/** @throws Problem */
function rangeOf(query: unknown): SeriesRange {
  const parsed = seriesQuerySchema.safeParse(query);
  if (!parsed.success) throw new Problem('invalid-request', `In the query: ${z.prettifyError(parsed.error)}`);
  const { from, to, step } = parsed.data;
  const toMs = to === undefined ? Date.now() : Date.parse(to);
  const fromMs = from === undefined ? toMs - usualRangeMs : Date.parse(from);
  if (fromMs >= toMs) throw new Problem('invalid-request', 'In the query: `from` must be before `to`.');
  const smallestMs = Math.ceil((toMs - fromMs) / mostPoints / 1000) * 1000;
  const wantedMs = step === undefined ? leastStepMs : step * 1000;
  return { fromMs, toMs, stepMs: Math.max(wantedMs, smallestMs) };
}

/** The newest runs that overlap the range, with their changes. */
async function runsIn({ runs }: ApiContext, resource: string, { fromMs, toMs }: SeriesRange): Promise<RunView[]> {
  const listed = await runs.list(resource, { most: mostRuns, startedBeforeMs: toMs });
  const overlapping = listed.filter(({ closedAtMs }) => closedAtMs === null || closedAtMs >= fromMs);
  const found: RunView[] = [];
  await atMost(readAtOnce, overlapping, async ({ runId }) => {
    const run = await runs.run(resource, runId);
    if (run) found.push(run);
  });
  return found.toSorted((one, other) => one.startedAtMs - other.startedAtMs);
}

/** The history of the autoscaler is read only for times that the ring does not contain. */
async function decisionsBefore(
  { autoscaleReader }: ApiContext,
  resource: string,
  { fromMs, toMs }: SeriesRange,
  ring: LookRing | undefined,
): Promise<Evaluation[]> {
  const ringFromMs = ring ? ring.first * ring.bucketMs : Infinity;
  if (ring && fromMs >= ringFromMs - ring.bucketMs) return [];
  const decisions = (await autoscaleReader.decisions(resource, mostDecisions)) ?? [];
  const evaluations = decisions.map(({ evaluation }) => evaluation);
  return evaluations.filter(({ atMs }) => atMs < Math.min(toMs, ringFromMs));
}
