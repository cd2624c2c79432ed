/** The platforms whose API only a server of ours can play here. */
import type { Platform, PlatformContext } from '../../../src/adapters/platforms/platform.js';
import { azureAt, startAzureServer } from '../fixtures/azure-server.js';
import { cloudRunAt, failure, startCloudRunServer } from '../fixtures/cloud-run-server.js';
import { openGate } from '../fixtures/gate.js';
import { failure as groupFailure, groupAt, startGroupServer } from '../fixtures/google-group-server.js';
import { closeJsonServers } from '../fixtures/json-server.js';
import { lambdaAt, lambdaError, startLambdaServer } from '../fixtures/lambda-server.js';
import { scaleSetAt, startScaleSetServer } from '../fixtures/scale-set-server.js';
import { startIdentityEndpoint } from '../../support/identity-endpoint.js';
import { nomadAt, plainText, startNomadServer } from '../fixtures/nomad-server.js';
import { requestTimeoutMs, type Candidate, type RealResource, type Site } from './candidate.js';

/** Those of the runs in the suite. */
const bounds = { min: 1, max: 9 };

const azureError = (status: number, code: string) => ({ status, body: { error: { code, message: 'so it is' } } });

const azureAnswers = {
  takesChanges: 'anyTime',
  throttled: { ...azureError(429, 'TooManyRequests'), headers: { 'retry-after': '1' } },
  denied: azureError(403, 'AuthorizationFailed'),
} as const;

export const azureCandidate: Candidate = {
  name: 'azure-container-apps',
  ...azureAnswers,
  open: async () => siteOf(azureAt, (capacity) => playAzure(capacity, 20)),
};

export const azureExactCandidate: Candidate = {
  name: 'azure-container-apps with maximum: capacity',
  ...azureAnswers,
  open: async () =>
    siteOf(
      (url, context) => azureAt(url, context, 'capacity'),
      async (capacity) => {
        const { app, ...played } = await playAzure(capacity, capacity);
        const exact = ({ minReplicas = 0, maxReplicas = 0 }) => (minReplicas === maxReplicas ? minReplicas : NaN);
        return { ...played, capacity: async () => exact(app.template.scale ?? {}) };
      },
    ),
};

async function playAzure(minReplicas: number, maxReplicas: number) {
  const server = await startAzureServer(minReplicas, { template: { scale: { minReplicas, maxReplicas } } });
  const { app } = server;
  return {
    app,
    url: server.url,
    capacity: async () => app.template.scale?.minReplicas ?? 0,
    // As a deployment does: a new revision starts at the minimum that its template says.
    moveTo: async (to: number) => {
      app.template = { ...app.template, scale: { ...app.template.scale, minReplicas: to } };
    },
    fail: async () => {
      app.provisioningState = 'Deleting';
    },
    remove: async () => server.remove(),
  };
}

const cloudRunAnswers = {
  takesChanges: 'anyTime',
  throttled: failure(429, 'RESOURCE_EXHAUSTED'),
  denied: failure(403, 'PERMISSION_DENIED'),
} as const;

export const cloudRunCandidate: Candidate = {
  name: 'cloud-run',
  ...cloudRunAnswers,
  open: async () =>
    siteOf(cloudRunAt, async (manualInstanceCount) => {
      const { service, ...played } = await playCloudRun({ scalingMode: 'MANUAL', manualInstanceCount });
      return {
        ...played,
        capacity: async () => service.scaling.manualInstanceCount ?? 0,
        moveTo: async (to) => {
          service.scaling.manualInstanceCount = to;
        },
      };
    }),
};

export const cloudRunMinimumCandidate: Candidate = {
  name: 'cloud-run with scaling: minimum, maximum: max',
  ...cloudRunAnswers,
  open: async () =>
    siteOf(
      (url, context) => cloudRunAt(url, context, { scaling: 'minimum', maximum: 'max' }),
      async (minInstanceCount) => {
        const { service, ...played } = await playCloudRun({ minInstanceCount, maxInstanceCount: bounds.max });
        return {
          ...played,
          capacity: async () => {
            const { minInstanceCount: seen = 0, maxInstanceCount } = service.scaling;
            return maxInstanceCount === bounds.max ? seen : NaN;
          },
          moveTo: async (to) => {
            service.scaling.minInstanceCount = to;
          },
        };
      },
    ),
};

async function playCloudRun(scaling: Parameters<typeof startCloudRunServer>[0]) {
  const server = await startCloudRunServer(scaling);
  const { service } = server;
  return {
    service,
    url: server.url,
    fail: async () => {
      service.deleteTime = '2026-01-01T00:00:00Z';
    },
    remove: async () => server.remove(),
  };
}

export const lambdaCandidate: Candidate = {
  name: 'lambda-provisioned-concurrency',
  takesChanges: 'anyTime',
  throttled: {
    ...lambdaError(429, 'TooManyRequestsException'),
    headers: { 'x-amzn-errortype': 'TooManyRequestsException', 'retry-after': '1' },
  },
  denied: lambdaError(403, 'AccessDeniedException'),
  open: async () =>
    siteOf(lambdaAt, async (capacity) => {
      const server = await startLambdaServer(capacity);
      return {
        url: server.url,
        capacity: async () => server.alias.config?.requested ?? 0,
        moveTo: async (requested) => {
          server.alias.config = { requested, status: 'READY' };
        },
        // A function whose alias was deleted is the only state in which Lambda accepts no number.
        fail: async () => server.remove(),
        remove: async () => server.remove(),
      };
    }),
};

export const scaleSetCandidate: Candidate = {
  name: 'azure-vm-scale-set',
  takesChanges: 'anyTime',
  throttled: { ...azureError(429, 'OperationNotAllowed'), headers: { 'retry-after': '1' } },
  denied: azureError(403, 'AuthorizationFailed'),
  open: async () => {
    const identity = await startIdentityEndpoint(() => 'token');
    const site = siteOf(scaleSetAt, async (capacity) => {
      const server = await startScaleSetServer(capacity);
      const { set } = server;
      return {
        url: server.url,
        capacity: async () => set.sku?.capacity ?? 0,
        moveTo: async (to) => {
          set.sku = { ...set.sku!, capacity: to };
        },
        fail: async () => {
          set.properties.provisioningState = 'Deleting';
        },
        remove: async () => server.remove(),
      };
    });
    return {
      ...site,
      close: async () => {
        await site.close();
        await identity.stop();
      },
    };
  },
};

export const instanceGroupCandidate: Candidate = {
  name: 'google-instance-group',
  takesChanges: 'anyTime',
  throttled: groupFailure(403, 'rateLimitExceeded'),
  denied: groupFailure(403, 'forbidden'),
  hasNoFailedStatus: true,
  open: async () =>
    siteOf(
      groupAt,
      async (targetSize) => {
        const server = await startGroupServer(targetSize);
        const { group } = server;
        return {
          url: server.url,
          capacity: async () => group.targetSize,
          moveTo: async (to) => {
            group.targetSize = to;
            group.currentActions['none'] = to;
          },
          fail: async () => undefined,
          remove: async () => server.remove(),
        };
      },
      '/resize?',
    ),
};

export const nomadCandidate: Candidate = {
  name: 'nomad',
  takesChanges: 'shownAtOnce',
  throttled: { ...plainText(429, 'too many'), headers: { 'retry-after': '1' } },
  denied: plainText(403, 'Permission denied'),
  open: async () =>
    siteOf(
      (url, context) => nomadAt(url, context, { job: 'web' }),
      async (count) => {
        const server = await startNomadServer(count);
        const { group } = server;
        return {
          url: server.url,
          capacity: async () => group.count,
          moveTo: async (to) => {
            Object.assign(group, { count: to, running: to, healthy: to });
          },
          fail: async () => {
            group.isStopped = true;
          },
          remove: async () => server.remove(),
        };
      },
      '/scale',
    ),
};

type Played = Omit<RealResource, 'platform' | 'gate'> & { readonly url: string };

/** @param changePath part of the path of a change, where changes are made by POST. */
function siteOf(
  platformAt: (url: string, context: PlatformContext) => Platform,
  play: (capacity: number) => Promise<Played>,
  changePath?: string,
): Site {
  const closing: (() => Promise<void>)[] = [];
  return {
    resource: async (name, capacity) => {
      const { url, ...hands } = await play(capacity);
      const gate = await openGate(url, ({ method, url: path = '' }) => {
        if (method === 'GET') return false;
        // Most of these servers receive tokens and questions by POST, and changes by another method.
        return method !== 'POST' || (changePath !== undefined && path.includes(changePath));
      });
      closing.push(() => gate.close());
      return { ...hands, gate, platform: platformAt(gate.url, { resource: name, requestTimeoutMs, bounds }) };
    },
    close: async () => {
      for (const close of closing) await close();
      await closeJsonServers();
    },
  };
}
