/** What `escapement apply` would do, and nothing else: Temporal is only read. */
import type { Client } from '@temporalio/client';
import { AutoscaleClient, type FoundAutoscaler } from '../../client/autoscale/client.js';
import { readConfigured } from '../../client/autoscale/configured.js';
import { standing } from '../../client/autoscale/standing.js';
import { openWorkflows } from '../../client/open-workflows.js';
import { atMost } from '../../client/temporal/at-most.js';
import { type Autoscaled, autoscaledIn, digestOn } from '../../config/autoscaled.js';
import type { LoadedConfig, ResourceConfig } from '../../config/config.js';
import { inForce } from '../../config/in-force.js';
import { placeOf, type Revision } from '../../domain/autoscale/revision.js';
import { askedAtOnce, unnamedBy } from '../../worker/reconciler.js';
import { type Change, changesBetween } from './changes.js';

/** `unnamed`: it is not in the configuration and keeps running, because --prune is not set. */
export type Action = 'new' | 'changed' | 'unchanged' | 'removed' | 'unnamed';

export interface ResourceDiff {
  readonly resource: string;
  readonly action: Action;
  /** The settings of this configuration in one line, with the defaults. Null: it does not name the resource. */
  readonly settings: string | null;
  /** Where the configuration in force is written. Null: there is no autoscaler, or this is not known. */
  readonly inForce: string | null;
  readonly changes: readonly Change[];
  /** What a person should know besides. */
  readonly note: string | null;
}

/** In the order of the configuration, followed by the resources that it does not name. */
export type Diff = readonly ResourceDiff[];

export function wouldChange({ action }: ResourceDiff): boolean {
  return action === 'new' || action === 'changed' || action === 'removed';
}

export async function diffFor(
  client: Client,
  { resources, writing }: LoadedConfig,
  { isPruned }: { isPruned: boolean },
): Promise<Diff> {
  const autoscales = new AutoscaleClient(client);
  const compared = new Map<string, ResourceDiff>();
  const autoscaled = autoscaledIn(resources, { ...writing, atMs: Date.now() });
  await atMost(askedAtOnce, autoscaled, async (each) => {
    const resource = resources[each.resource];
    const found = await autoscales.find(each.resource);
    if (resource) compared.set(each.resource, await diffOf(client, { ...each, config: resource }, found));
  });
  const unnamed = unnamedBy(resources, writing.owner, (await openWorkflows(client)).autoscalers.values());
  return [
    ...autoscaled.flatMap(({ resource }) => compared.get(resource) ?? []),
    ...unnamed.map(({ resource, memo }): ResourceDiff => ({
      resource,
      action: isPruned ? 'removed' : 'unnamed',
      settings: null,
      inForce: placeIn(memo.revision),
      changes: [],
      note: null,
    })),
  ];
}

type Wanted = Autoscaled & { readonly config: ResourceConfig };

async function diffOf(client: Client, wanted: Wanted, found: FoundAutoscaler | undefined): Promise<ResourceDiff> {
  const { resource, revision, config } = wanted;
  const stands = standing(revision, found);
  const diff = {
    resource,
    settings: inForce(config),
    inForce: found?.isOpen ? placeIn(found.memo.revision) : null,
    changes: [],
    note: null,
  };
  switch (stands.is) {
    case 'same':
      return { ...diff, action: 'unchanged' };
    case 'new':
      return { ...diff, action: 'new' };
    case 'removed':
      return { ...diff, action: 'new', note: `the autoscaler was removed by ${placeOf(stands.by)}` };
    case 'ended':
      return { ...diff, action: 'new', note: `the autoscaler has ended without being removed (${stands.status})` };
    case 'older':
      return {
        ...diff,
        ...(await difference(client, wanted, stands.inForce)),
        note: 'the configuration in force was written later than this one, which replaces it',
      };
    case 'newer':
      return { ...diff, ...(await difference(client, wanted, stands.before)) };
  }
}

type Difference = Pick<ResourceDiff, 'action' | 'changes' | 'note'>;

async function difference(client: Client, wanted: Wanted, inForce: Revision | null): Promise<Difference> {
  const { resource, revision, config, ...sent } = wanted;
  const before = await readConfigured(client, resource, inForce);
  if (inForce?.digest === revision.digest) {
    return before.isBeingRemoved
      ? { action: 'changed', changes: [], note: 'its removal has been requested, which this configuration cancels' }
      : { action: 'unchanged', changes: [], note: null };
  }
  if (!before.inForce) {
    return { action: 'changed', changes: [], note: 'the settings in force are not known, so they are not compared' };
  }
  const { settings, limits, taskQueue = sent.taskQueue } = before.inForce;
  const changes = changesBetween(
    { settings, limits, taskQueue, owner: inForce?.owner },
    { ...sent, owner: revision.owner },
  );
  // The object itself is not stored in Temporal, only its part of the digest.
  const isSameObject =
    inForce === null || digestOn(config, { settings, limits, taskQueue }, inForce.owner) === inForce.digest;
  const note = isSameObject ? null : 'it scales another object of a platform than before';
  return { action: 'changed', changes, note };
}

function placeIn(revision: Revision | null | undefined): string | null {
  return revision ? placeOf(revision) : null;
}
