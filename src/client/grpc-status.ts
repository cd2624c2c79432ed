/** The few gRPC status codes that decide what a caller does next. */
export const grpcStatus = { deadlineExceeded: 4, failedPrecondition: 9, unavailable: 14 } as const;

/** The SDK wraps them in several classes, or not at all. */
export function hasCode(error: unknown, code: number): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === code) return true;
  return hasCode(error.cause, code);
}
