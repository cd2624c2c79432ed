/** The policy of a resource as it was written, and the JSON Schema of what can be written. */
import type { RequestHandler, Router } from 'express';
import { autoscaleJsonSchema } from '../../config/schema/json-schema.js';
import { sources } from '../../adapters/sources/registry.js';
import type { ApiContext } from '../context.js';
import { findResource } from '../find-resource.js';
import { sendUnlessKnown } from '../http/etag.js';
import { sendFixedDocument } from '../http/fixed-document.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';
import type { PolicyAnswer } from './answers.js';

export function policyRoutes(router: Router, api: ApiContext): void {
  route(router, '/v1/resources/:resource/policy', { get: [getPolicy(api)] });
  // The types of modules, which a reload may change, are part of it.
  const schema = sendFixedDocument('application/schema+json', autoscaleJsonSchema, () => sources.all);
  route(router, '/v1/schemas/autoscale', { get: [schema] });
}

function getPolicy({ config }: ApiContext): RequestHandler {
  return (request, response) => {
    const { alias, writtenPolicy } = findResource(config.resources, request);
    if (!writtenPolicy) throw new Problem('not-autoscaled', `${alias} is not autoscaled: it has no policy.`);
    const { text, hidden, place } = writtenPolicy;
    const answer: PolicyAnswer = { resource: alias, place, autoscale: text, hidden: [...hidden] };
    sendUnlessKnown(request, response, answer);
  };
}
