/** Autoscale of Azure Monitor, which changes the capacity of a scale set too. */
import { z } from 'zod';
import type { AzureApi } from '../../net/azure/api.js';
import { AdapterError } from '../../net/errors.js';
import type { ScaleSetPath } from './ready-instances.js';

const list = z.object({
  value: z.array(
    z.object({
      name: z.string(),
      properties: z.object({ enabled: z.boolean().default(true), targetResourceUri: z.string().nullish() }),
    }),
  ),
});

/** Empty if there is no such setting in the resource group of the set, or Azure does not tell. */
export async function autoscaleNote(
  api: AzureApi,
  { group, set }: ScaleSetPath,
  signal: AbortSignal,
): Promise<string[]> {
  const path = `${group}/providers/Microsoft.Insights/autoscalesettings`;
  try {
    const { value } = await api.json({ path, query: { 'api-version': '2022-10-01' } }, list, signal);
    const target = decodeURIComponent(set).toLowerCase();
    const other = value.find(
      ({ properties: { enabled, targetResourceUri } }) => enabled && targetResourceUri?.toLowerCase() === target,
    );
    if (other === undefined) return [];
    return [`the autoscale setting "${other.name}" of Azure Monitor changes the capacity of this set too. Disable it`];
  } catch (error) {
    if (error instanceof AdapterError) return [];
    throw error;
  }
}
