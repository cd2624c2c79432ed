/** The versions of a worker deployment: which one is meant, and whether workflows still need it. */
import { AdapterError } from '../../net/errors.js';
import type { WorkerVersion, WorkflowService } from './queues.js';

/** As in the settings. */
export interface VersionSettings {
  readonly deployment: string;
  readonly buildId?: string | undefined;
  readonly role?: 'current' | 'ramping' | undefined;
}

/**
 * Reads the deployment if the settings name no build ID.
 * @returns undefined if no version is ramping.
 * @throws AdapterError if no version is current
 */
export async function versionMeant(
  service: WorkflowService,
  namespace: string,
  { deployment, buildId, role }: VersionSettings,
): Promise<WorkerVersion | undefined> {
  if (buildId !== undefined) return { deployment, buildId };
  const { workerDeploymentInfo } = await service.describeWorkerDeployment({ namespace, deploymentName: deployment });
  const { currentDeploymentVersion, rampingDeploymentVersion } = workerDeploymentInfo?.routingConfig ?? {};
  const found = (role === 'ramping' ? rampingDeploymentVersion : currentDeploymentVersion)?.buildId ?? '';
  if (found !== '') return { deployment, buildId: found };
  if (role === 'ramping') return undefined;
  throw new AdapterError(
    'missing',
    `deployment ${deployment} has no current version. Set one, or set version.buildId.`,
  );
}

/** Values of an enumeration that the client does not export. */
const statuses = { current: 2, ramping: 3, draining: 4 };

/**
 * Whether new workflows start on the version, or open workflows are pinned to it. A version that was never current or
 * ramping is not in use, and neither is a drained one.
 */
export async function isInUse(
  service: WorkflowService,
  namespace: string,
  { deployment, buildId }: WorkerVersion,
): Promise<boolean> {
  const deploymentVersion = { deploymentName: deployment, buildId };
  const { workerDeploymentVersionInfo } = await service.describeWorkerDeploymentVersion({
    namespace,
    deploymentVersion,
  });
  const status: number = workerDeploymentVersionInfo?.status ?? 0;
  if (status !== 0) return Object.values(statuses).includes(status);
  throw new AdapterError(
    'malformed',
    'did not report the status of the version. This requires a newer Temporal server.',
  );
}
