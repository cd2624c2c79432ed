/** What the status codes of gRPC mean. Google's SDKs use them over HTTP too. */
import type { ErrorCode } from './errors.js';

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export const grpcStatus = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

/** The status of an error, if it has one. */
export function grpcStatusOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code >= 1 && code <= 16 ? code : undefined;
}

/** `permissionDenied` */
export function grpcNameOf(status: number): string {
  return Object.entries(grpcStatus).find(([, number]) => number === status)?.[0] ?? String(status);
}

/** Undefined where neither a client nor a server says what is known of the request. */
export function codeOfGrpc(status: number | undefined): ErrorCode | undefined {
  return status === undefined ? undefined : codes[status];
}

const codes: Readonly<Record<number, ErrorCode>> = {
  // Clients say these two at their own deadline.
  [grpcStatus.cancelled]: 'timeout',
  [grpcStatus.deadlineExceeded]: 'timeout',
  [grpcStatus.unknown]: 'failed',
  [grpcStatus.invalidArgument]: 'refused',
  [grpcStatus.notFound]: 'missing',
  [grpcStatus.alreadyExists]: 'conflict',
  [grpcStatus.permissionDenied]: 'denied',
  [grpcStatus.resourceExhausted]: 'throttled',
  [grpcStatus.failedPrecondition]: 'refused',
  [grpcStatus.aborted]: 'conflict',
  [grpcStatus.internal]: 'failed',
  // Of a server that a client did not reach, or that says so of itself, perhaps after it did the work.
  [grpcStatus.unavailable]: 'unreachable',
  [grpcStatus.unauthenticated]: 'denied',
};
