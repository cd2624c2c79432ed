/** `POST /v1/resources/{resource}/backtest`: tries a policy on the recorded signals. Nothing is sent. */
import type { RequestHandler, Router } from 'express';
import type { ApiContext } from '../context.js';
import { findResource } from '../find-resource.js';
import { Problem } from '../http/problem.js';
import { parseBody, readJsonBody } from '../http/request.js';
import { route } from '../http/route.js';
import { type BacktestAnswer, backtestRequestSchema } from './answers.js';
import { readPolicy, tryPolicy } from './try-policy.js';

export function backtestRoutes(router: Router, api: ApiContext): void {
  route(router, '/v1/resources/:resource/backtest', { post: [readJsonBody, postBacktest(api)] });
}

function postBacktest({ config, autoscaleReader }: ApiContext): RequestHandler {
  return async (request, response) => {
    const resource = findResource(config.resources, request);
    const { alias, autoscale } = resource;
    if (!autoscale) throw new Problem('not-autoscaled', `${alias} is not autoscaled: it records no signals.`);
    const { autoscale: given } = parseBody(backtestRequestSchema, request);
    // Before the recording is read: a policy can also be checked where nothing is recorded.
    const tried = await readPolicy({ ...resource, autoscale }, given);
    const ring = (await autoscaleReader.view(alias))?.progress?.ring;
    if (!ring) throw new Problem('nothing-recorded', `No worker has recorded the signals of ${alias} yet.`);
    response.json(tryPolicy({ ...resource, autoscale }, ring, tried) satisfies BacktestAnswer);
  };
}
