/**
 * A call may be retried after its connection was closed. gRPC then throws in the timer of the retry, which nobody can
 * catch and which ends the process. Here such an attempt ends as cancelled, and the caller of the first one learns that.
 */
import { type Interceptor, InterceptingCall, type InterceptingListener, Metadata, status } from '@grpc/grpc-js';

/** Must stand after the interceptor that retries. */
export const endAfterClose: Interceptor = (options, nextCall) => {
  try {
    return new InterceptingCall(nextCall(options));
  } catch {
    return new InterceptingCall(endedCall);
  }
};

const details = 'the connection is closed';

const endedCall: ConstructorParameters<typeof InterceptingCall>[0] = {
  start(_metadata: Metadata, listener?: Partial<InterceptingListener>) {
    process.nextTick(() => listener?.onReceiveStatus?.({ code: status.CANCELLED, details, metadata: new Metadata() }));
  },
  cancelWithStatus: () => undefined,
  getPeer: () => '',
  getAuthContext: () => null,
  sendMessage: () => undefined,
  sendMessageWithContext: () => undefined,
  startRead: () => undefined,
  halfClose: () => undefined,
};
