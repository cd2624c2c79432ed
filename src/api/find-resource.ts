/** From the name in a path to what the configuration says of it. */
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

/** @throws Problem naming what there is. */
export function findResource(resources: Resources, request: Request): ResourceConfig {
  const alias = String(request.params['resource']);
  const found = Object.hasOwn(resources, alias) ? resources[alias] : undefined;
  if (found) return found;
  const known = Object.keys(resources);
  const meant = nearest(alias, known);
  const advice = meant === undefined ? inWords(known) : `Did you mean "${meant}"?`;
  throw new Problem('unknown-resource', `There is no resource "${alias.slice(0, 100)}". ${advice}`);
}

/** Whether there is an autoscaler of that name all the same: it goes on until it is removed. */
export async function goesOnUnnamed(autoscales: AutoscaleClient, alias: string): Promise<boolean> {
  if (!aliasSchema.safeParse(alias).success) return false;
  try {
    return (await autoscales.find(alias))?.isOpen === true;
  } catch (error) {
    // Without Temporal nobody knows; that the configuration does not name it is true.
    if (isTemporalTrouble(error)) return false;
    throw error;
  }
}

/** For the routes of the Omnistrate example, which know no names. @throws Problem where there are several. */
export function onlyResource(resources: Resources): ResourceConfig {
  const [only, ...others] = Object.values(resources);
  if (only && others.length === 0) return only;
  throw new Problem(
    'several-resources',
    `This route is for a configuration of one resource. Use POST /v1/resources/{resource}/scale and GET /v1/resources/{resource}. ${inWords(Object.keys(resources))}`,
  );
}

export function asTarget({ alias, settings, taskQueue }: ResourceConfig): ScalableResource {
  return { resource: alias, settings, taskQueue };
}

function inWords(known: readonly string[]): string {
  if (known.length === 0) return 'The configuration has none.';
  const more = known.length > mostNamed ? ` and ${known.length - mostNamed} more` : '';
  return `There is: ${known.slice(0, mostNamed).join(', ')}${more}.`;
}
