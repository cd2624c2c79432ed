/** The platforms whose API only a server of ours can play here. */
import type { Platform, PlatformContext } from '../../../src/adapters/platforms/platform.js';
import { azureAt, startAzureServer } from '../fixtures/azure-server.js';
import { cloudRunAt, failure, startCloudRunServer } from '../fixtures/cloud-run-server.js';
import { openGate } from '../fixtures/gate.js';
import { closeJsonServers } from '../fixtures/json-server.js';
import { requestTimeoutMs, type Candidate, type RealResource, type Site } from './candidate.js';

const azureError = (status: number, code: string) => ({ status, body: { error: { code, message: 'so it is' } } });

export const azureCandidate: Candidate = {
  name: 'azure-container-apps',
  takesChanges: 'anyTime',
  throttled: { ...azureError(429, 'TooManyRequests'), headers: { 'retry-after': '1' } },
  denied: azureError(403, 'AuthorizationFailed'),
  open: async () =>
    siteOf(azureAt, async (capacity) => {
      const server = await startAzureServer(capacity);
      const { app } = server;
      return {
        url: server.url,
        capacity: async () => app.template.scale?.minReplicas ?? 0,
        // As a deployment does: a new revision starts at the minimum that its template says.
        moveTo: async (minReplicas) => {
          app.template = { ...app.template, scale: { ...app.template.scale, minReplicas } };
        },
        fail: async () => {
          app.provisioningState = 'Deleting';
        },
        remove: async () => server.remove(),
      };
    }),
};

export const cloudRunCandidate: Candidate = {
  name: 'cloud-run',
  takesChanges: 'anyTime',
  throttled: failure(429, 'RESOURCE_EXHAUSTED'),
  denied: failure(403, 'PERMISSION_DENIED'),
  open: async () =>
    siteOf(cloudRunAt, async (manualInstanceCount) => {
      const server = await startCloudRunServer({ scalingMode: 'MANUAL', manualInstanceCount });
      const { service } = server;
      return {
        url: server.url,
        capacity: async () => service.scaling.manualInstanceCount ?? 0,
        moveTo: async (to) => {
          service.scaling.manualInstanceCount = to;
        },
        fail: async () => {
          service.deleteTime = '2026-01-01T00:00:00Z';
        },
        remove: async () => server.remove(),
      };
    }),
};

type Played = Omit<RealResource, 'platform' | 'gate'> & { readonly url: string };

function siteOf(
  platformAt: (url: string, context: PlatformContext) => Platform,
  play: (capacity: number) => Promise<Played>,
): Site {
  const closing: (() => Promise<void>)[] = [];
  return {
    resource: async (name, capacity) => {
      const { url, ...hands } = await play(capacity);
      const gate = await openGate(url, ({ method }) => method === 'PATCH');
      closing.push(() => gate.close());
      return { ...hands, gate, platform: platformAt(gate.url, { resource: name, requestTimeoutMs }) };
    },
    close: async () => {
      for (const close of closing) await close();
      await closeJsonServers();
    },
  };
}
