/** Finds the configuration of the resource that a path names. */
import type { Request } from 'express';
import type { AutoscaleClient } from '../client/autoscale/client.js';
import { isTemporalTrouble } from '../client/temporal/grpc-status.js';
import type { ScalableResource } from '../client/scale/client.js';
import type { Config, ResourceConfig } from '../config/config.js';
import { aliasSchema } from '../config/schema/resource.js';
import { nearest } from '../config/nearest.js';
import { Problem } from './http/problem.js';

type Resources = Config['resources'];

const mostNamed = 20;

/** @throws Problem with the names that exist. */
export function findResource(resources: Resources, request: Request): ResourceConfig {
  return resourceNamed(resources, String(request.params['resource']));
}

/** @throws Problem with the names that exist. */
export function resourceNamed(resources: Resources, alias: string): ResourceConfig {
  const found = Object.hasOwn(resources, alias) ? resources[alias] : undefined;
  if (found) return found;
  const known = Object.keys(resources);
  const meant = nearest(alias, known);
  const advice = meant === undefined ? inWords(known) : `Did you mean "${meant}"?`;
  throw new Problem('unknown-resource', `Resource "${alias.slice(0, 100)}" does not exist. ${advice}`);
}

/**
 * Whether an autoscaler with that name exists although the configuration does not name it: it runs until it is removed.
 */
export async function hasUnnamedAutoscaler(autoscales: AutoscaleClient, alias: string): Promise<boolean> {
  if (!aliasSchema.safeParse(alias).success) return false;
  try {
    return (await autoscales.find(alias))?.isOpen === true;
  } catch (error) {
    // Without Temporal the answer is unknown. The error that the configuration does not name the resource remains
    // correct.
    if (isTemporalTrouble(error)) return false;
    throw error;
  }
}

/**
 * For the routes of the Omnistrate example, which have no resource name. @throws Problem when there are several
 * resources.
 */
export function onlyResource(resources: Resources): ResourceConfig {
  const [only, ...others] = Object.values(resources);
  if (only && others.length === 0) return only;
  throw new Problem(
    'several-resources',
    `This route requires a configuration with one resource. Use POST /v1/resources/{resource}/scale and GET /v1/resources/{resource}. ${inWords(Object.keys(resources))}`,
  );
}

export function asTarget({ alias, settings, taskQueue }: ResourceConfig): ScalableResource {
  return { resource: alias, settings, taskQueue };
}

function inWords(known: readonly string[]): string {
  if (known.length === 0) return 'The configuration has no resources.';
  const more = known.length > mostNamed ? ` and ${known.length - mostNamed} more` : '';
  return `Resources: ${known.slice(0, mostNamed).join(', ')}${more}.`;
}
