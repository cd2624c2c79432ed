/** The gRPC status codes that decide what a caller does next. */
import { isGrpcServiceError, ServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { firstLineOf } from './connection.js';

export const grpcStatus = {
  /** The code that a server returns when the server itself detects that the caller's deadline has passed. */
  cancelled: 1,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** The SDK wraps these errors in several classes, or not at all. */
export function hasCode(error: unknown, code: number): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === code) return true;
  return hasCode(error.cause, code);
}

/** The caller's own deadline passed: whether the server processed the call is unknown. */
export function isOutOfTime(error: unknown): boolean {
  return hasCode(error, grpcStatus.deadlineExceeded) || hasCode(error, grpcStatus.cancelled);
}

/** The Temporal server did not process the request, as opposed to refusing it with an answer. */
export function isTemporalTrouble(error: unknown): boolean {
  return (
    error instanceof ServiceError ||
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    isGrpcServiceError(error)
  );
}

/** The fields of an error for the log. Any error other than trouble with Temporal is a defect, and its stack is logged. */
export function failureFields(error: unknown): { readonly reason: string } | { readonly err: unknown } {
  return isTemporalTrouble(error) ? { reason: firstLineOf(error) } : { err: error };
}
