/** Checks whether Temporal answers, for the namespace and with the credentials of this machine. */
import type { Connection } from '@temporalio/client';
import { grpcStatus, hasCode, isOutOfTime } from '../client/temporal/grpc-status.js';
import { connectClient, type TemporalSettings } from '../client/temporal/connection.js';
import type { CheckResult } from './check-result.js';

const answeredWithinMs = 5000;

export async function examineTemporal(settings: TemporalSettings): Promise<CheckResult> {
  const { address, namespace } = settings;
  const subject = { part: 'temporal', type: 'server' } as const;
  const connection = connectClient(settings);
  try {
    const version = await connection.withDeadline(Date.now() + answeredWithinMs, () => ask(connection, namespace));
    return { ...subject, outcome: 'ok', message: `${address}: namespace ${namespace}, server ${version}` };
  } catch (error) {
    if (!settings.isConfigured) return { ...subject, outcome: 'ok', message: ownServer };
    return { ...subject, outcome: 'failing', message: `${address}: ${inWords(error, namespace)}` };
  } finally {
    await connection.close();
  }
}

const ownServer =
  'no server is configured: `escapement up` starts its own; for `escapement worker` and `api` set TEMPORAL_ADDRESS.';

/** Reading the namespace requires permissions; the version is public. */
async function ask({ workflowService }: Connection, namespace: string): Promise<string> {
  await workflowService.describeNamespace({ namespace });
  const { serverVersion } = await workflowService.getSystemInfo({});
  return serverVersion;
}

function inWords(error: unknown, namespace: string): string {
  if (hasCode(error, grpcStatus.unavailable)) {
    return 'unreachable. Check that the server is running, TEMPORAL_ADDRESS, and TEMPORAL_TLS if the server requires TLS.';
  }
  if (hasCode(error, grpcStatus.notFound)) return `namespace ${namespace} does not exist. Check TEMPORAL_NAMESPACE.`;
  if (hasCode(error, grpcStatus.permissionDenied) || hasCode(error, grpcStatus.unauthenticated)) {
    return `access to namespace ${namespace} denied. Check TEMPORAL_API_KEY, TEMPORAL_TLS_CLIENT_CERT_PATH and their permissions.`;
  }
  if (isOutOfTime(error)) return `no answer within ${answeredWithinMs} ms. Check TEMPORAL_ADDRESS and the network.`;
  return `refused: ${error instanceof Error ? error.message : String(error)}. Check the log of the server for the reason.`;
}
