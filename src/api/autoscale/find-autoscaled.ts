/** Finds the autoscaled resource that a path names. */
import type { Request } from 'express';
import type { ApiContext } from '../context.js';
import { findResource, hasUnnamedAutoscaler } from '../find-resource.js';
import { Problem } from '../http/problem.js';

/**
 * Also finds an autoscaler that this configuration does not name: it runs until it is removed. @throws Problem with the
 * names that exist.
 */
export async function findAutoscaled({ config, autoscales }: ApiContext, request: Request): Promise<string> {
  const alias = String(request.params['resource']);
  if (Object.hasOwn(config.resources, alias)) return alias;
  return (await hasUnnamedAutoscaler(autoscales, alias)) ? alias : findResource(config.resources, request).alias;
}

export function notAutoscaled(alias: string): Problem {
  const advice = 'Add "autoscale:" to it in the configuration and run "escapement apply".';
  return new Problem('not-autoscaled', `${alias} is not autoscaled. ${advice}`);
}
