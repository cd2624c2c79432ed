/** The meaning of gRPC status codes. Google's SDKs use them over HTTP too. */
import type { AnswerCode } from './errors.js';

type GrpcCode = AnswerCode | 'timeout';

/**
 * https://grpc.github.io/grpc/core/md_doc_statuscodes.html; without a code if the outcome of the request is unknown.
 */
const statuses: Readonly<Record<number, { readonly name: string; readonly code?: GrpcCode }>> = {
  // Clients report `cancelled` and `deadlineExceeded` at their own deadline.
  1: { name: 'cancelled', code: 'timeout' },
  2: { name: 'unknown', code: 'failed' },
  3: { name: 'invalidArgument', code: 'refused' },
  4: { name: 'deadlineExceeded', code: 'timeout' },
  5: { name: 'notFound', code: 'missing' },
  6: { name: 'alreadyExists', code: 'conflict' },
  7: { name: 'permissionDenied', code: 'denied' },
  8: { name: 'resourceExhausted', code: 'throttled' },
  9: { name: 'failedPrecondition', code: 'refused' },
  10: { name: 'aborted', code: 'conflict' },
  12: { name: 'unimplemented' },
  13: { name: 'internal', code: 'failed' },
  // The client did not reach the server, or the server reports this itself, possibly after it made the change.
  14: { name: 'unavailable', code: 'unreachable' },
  16: { name: 'unauthenticated', code: 'denied' },
};

/** The gRPC status of an error, if it has one. */
export function grpcStatusOf(error: unknown): { readonly name: string; readonly code?: GrpcCode } | undefined {
  const status = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof status === 'number' ? statuses[status] : undefined;
}
