/** The policy of a resource as it was written, and the JSON Schema of what can be written. */
import { gzipSync } from 'node:zlib';
import type { RequestHandler, Router } from 'express';
import { autoscaleJsonSchema } from '../../config/schema/json-schema.js';
import { sources } from '../../adapters/sources/registry.js';
import type { ApiContext } from '../context.js';
import { findResource } from '../find-resource.js';
import { entityTagOf, isKnown } from '../http/etag.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';
import type { PolicyAnswer } from './answers.js';

export function policyRoutes(router: Router, api: ApiContext): void {
  route(router, '/v1/resources/:resource/policy', { get: [getPolicy(api)] });
  route(router, '/v1/schemas/autoscale', { get: [getSchema()] });
}

function getPolicy({ config }: ApiContext): RequestHandler {
  return (request, response) => {
    const { alias, writtenPolicy } = findResource(config.resources, request);
    if (!writtenPolicy) throw new Problem('not-autoscaled', `${alias} is not autoscaled: it has no policy.`);
    const { text, hidden, place } = writtenPolicy;
    response.json({ resource: alias, place, autoscale: text, hidden: [...hidden] } satisfies PolicyAnswer);
  };
}

/** Made at the first request, because most processes never need it. It is the same until the modules change. */
function getSchema(): RequestHandler {
  let made:
    { readonly of: object; readonly text: string; readonly compressed: Buffer; readonly tag: string } | undefined;
  return (request, response) => {
    if (made?.of !== sources.all) {
      const text = JSON.stringify(autoscaleJsonSchema());
      made = { of: sources.all, text, compressed: gzipSync(text), tag: entityTagOf(text) };
    }
    const isCompressed = request.acceptsEncodings('gzip', 'identity') === 'gzip';
    // A browser keeps it, and asks whether it is still the same: another version of Escapement has another schema.
    response.set({ 'Cache-Control': 'no-cache', ETag: made.tag, Vary: 'Accept-Encoding' });
    if (isKnown(request, made.tag)) {
      response.status(304).end();
      return;
    }
    if (isCompressed) response.set('Content-Encoding', 'gzip');
    response.type('application/schema+json').send(isCompressed ? made.compressed : made.text);
  };
}
