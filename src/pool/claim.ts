/** Who has the autoscaler of a name: the newest start. */
import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { AutoscaleClient } from '../client/autoscale/client.js';
import { ConfigError } from '../config/problem.js';
import { placeOf, type Revision, type Writing } from '../domain/autoscale/revision.js';

const answerWithinMs = 5000;

/**
 * A claim that is newer than what is in force, also where the clock of another host is ahead.
 * @throws ConfigError if a configuration has a resource with this name.
 */
export async function claim(client: Client, name: string): Promise<Writing> {
  const find = () => new AutoscaleClient(client).find(name);
  const found = await client.withDeadline(Date.now() + answerWithinMs, find);
  const inForce = found?.memo.revision;
  if (found?.isOpen && inForce && inForce.owner !== ownerOf(name)) throw isTaken(name, inForce);
  const atMs = Math.max(Date.now(), (inForce?.atMs ?? 0) + 1);
  return { owner: ownerOf(name), file: `process ${process.pid}`, host: hostname(), atMs };
}

/** The claim of a newer start. Undefined while there is none, and while Temporal does not answer. */
export async function newerClaim(client: Client, name: string, ours: Revision): Promise<Revision | undefined> {
  // The worker reports that Temporal does not answer.
  const found = await new AutoscaleClient(client).find(name).catch(() => undefined);
  const inForce = found?.memo.revision;
  return inForce && inForce.digest !== ours.digest && inForce.atMs >= ours.atMs ? inForce : undefined;
}

function isTaken(name: string, by: Revision): ConfigError {
  const problem = `${name} is a resource that ${placeOf(by)} autoscales`;
  return new ConfigError([{ path: 'name', problem, fix: 'choose another name' }]);
}

/** An owner for each name: the configurations of the same namespace neither warn about its autoscaler nor remove it. */
function ownerOf(name: string): string {
  return `in-process.${name}`;
}
