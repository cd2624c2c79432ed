/**
 * The paths of the simulator that a real sidecar does not have: faults, changes by another writer, and the true
 * capacity.
 */
import { Router, type Request } from 'express';
import { z } from 'zod';
import { resourceStatuses } from '../domain/scale/capacity.js';
import { faultPlanSchema } from './fault.js';
import { findResource, parseBody } from './request.js';
import type { SidecarDependencies } from './sidecar-api.js';

export interface AdminDependencies extends SidecarDependencies {
  /** Refuses connections for this long. */
  goDownFor(downMs: number): void;
}

const capacityBody = z.strictObject({ capacity: z.int().min(0) });
const statusBody = z.strictObject({ status: z.enum(resourceStatuses).nullable() });
const downBody = z.strictObject({ forMs: z.int().min(1).max(3_600_000) });

export function adminApi(parts: AdminDependencies): Router {
  const { resources, faults, log } = parts;
  const resourceOf = (request: Request<{ alias: string }>) => findResource(resources, request.params.alias);
  return Router()
    .get('/faults', (_request, response) => {
      response.json({ faults: faults.pending() });
    })
    .put('/faults', (request, response) => {
      faults.set(parseBody(faultPlanSchema, request.body));
      response.json({ faults: faults.pending() });
    })
    .delete('/faults', (_request, response) => {
      faults.clear();
      response.status(204).end();
    })
    .get('/log', (_request, response) => {
      response.json({ calls: log.calls() });
    })
    .get('/truth', (_request, response) => {
      response.json(
        Object.fromEntries([...resources].map(([alias, resource]) => [alias, resource.truth(parts.now())])),
      );
    })
    .put('/resource/:alias/capacity', (request, response) => {
      resourceOf(request).setCapacity(parseBody(capacityBody, request.body).capacity, parts.now());
      response.json(resourceOf(request).at(parts.now()));
    })
    .put('/resource/:alias/status', (request, response) => {
      resourceOf(request).setStatus(parseBody(statusBody, request.body).status ?? undefined, parts.now());
      response.json(resourceOf(request).at(parts.now()));
    })
    .put('/down', (request, response) => {
      const { forMs } = parseBody(downBody, request.body);
      response.once('finish', () => parts.goDownFor(forMs));
      response.status(202).json({ downForMs: forMs });
    });
}
