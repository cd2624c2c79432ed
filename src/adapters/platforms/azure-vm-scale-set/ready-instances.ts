/** The instances of a scale set that are ready: provisioned, running and, where Azure checks the health, healthy. */
import { z } from 'zod';
import type { AzureApi, AzureRead } from '../../net/azure/api.js';
import { AdapterError } from '../../net/errors.js';

/** Paths of Azure Resource Manager, escaped. */
export interface ScaleSetPath {
  readonly group: string;
  readonly set: string;
}

interface ListedSet extends ScaleSetPath {
  readonly mode: 'Uniform' | 'Flexible';
  readonly apiVersion: string;
}

const status = z.object({ code: z.string() });

const page = z.object({
  value: z.array(
    z.object({
      properties: z.object({
        instanceView: z
          .object({
            statuses: z.array(status).default([]),
            // Only with the application health extension or a health probe.
            vmHealth: z.object({ status: status.optional() }).nullish(),
          })
          .optional(),
      }),
    }),
  ),
  nextLink: z.string().nullish(),
});

type Instance = z.output<typeof page>['value'][number];

/** A set has at most 1000 instances. More pages than this are an error of the server. */
const mostPages = 50;

/** @throws AdapterError */
export async function readyInstances(api: AzureApi, set: ListedSet, signal: AbortSignal): Promise<number> {
  let read = firstPage(set);
  let ready = 0;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const { value, nextLink } = await api.json(read, page, signal);
    ready += value.filter(isReady).length;
    if (nextLink == null || nextLink === '') return ready;
    read = readOf(nextLink);
  }
  throw new AdapterError('malformed', `the list of instances has more than ${mostPages} pages`);
}

/** The instances of a Uniform set are part of the set. Those of a Flexible set are virtual machines of their own. */
function firstPage({ group, set, mode, apiVersion }: ListedSet): AzureRead {
  const query = { 'api-version': apiVersion, $expand: 'instanceView' };
  if (mode === 'Uniform') {
    return { path: `${set}/virtualMachines`, query: { ...query, $select: 'instanceView' } };
  }
  const filter = `'virtualMachineScaleSet/id' eq '${decodeURIComponent(set)}'`;
  return { path: `${group}/providers/Microsoft.Compute/virtualMachines`, query: { ...query, $filter: filter } };
}

/** Of the address of the next page only the path and the query are used, so that the token goes to no other server. */
function readOf(nextLink: string): AzureRead {
  if (!URL.canParse(nextLink)) throw new AdapterError('malformed', 'the address of the next page is invalid');
  const { pathname, searchParams } = new URL(nextLink);
  return { path: pathname, query: Object.fromEntries(searchParams) };
}

function isReady({ properties: { instanceView } }: Instance): boolean {
  if (instanceView === undefined) return false;
  const codes = instanceView.statuses.map(({ code }) => code.toLowerCase());
  const health = instanceView.vmHealth?.status?.code.toLowerCase() ?? 'healthstate/healthy';
  return (
    ['provisioningstate/succeeded', 'powerstate/running'].every((code) => codes.includes(code)) &&
    health === 'healthstate/healthy'
  );
}
