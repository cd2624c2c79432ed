/** The gRPC client of one external scaler. */
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { oneLine } from '../../net/answer-words.js';
import { connectionFailureOf } from '../../net/connection-errors.js';
import { AdapterError } from '../../net/errors.js';
import { grpcStatusOf } from '../../net/grpc.js';
import type { TlsSettings } from '../../net/tls.js';
import { decode, encode, type Rpc, rpcs } from './protocol.js';

/** What the scaler receives: which object is scaled, and the settings of the trigger. */
export interface ScaledObject {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
}

export interface ScalerCall {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

type Message = Readonly<Record<string, unknown>>;

export class ScalerClient {
  readonly #client: Client;

  constructor(address: string, tls: TlsSettings | undefined) {
    this.#client = new Client(address, credentialsOf(tls), {
      // Like the connections to Temporal.
      'grpc.enable_http_proxy': 0,
      // A sample is one read.
      'grpc.enable_retries': 0,
      // A new client connects at once. A shared connection would first wait after the failures of its predecessor.
      'grpc.use_local_subchannel_pool': 1,
      // A stream on which nothing arrives may have lost its connection. Servers refuse more frequent pings by default.
      'grpc.keepalive_time_ms': 310_000,
      ...(tls?.serverName !== undefined && {
        'grpc.ssl_target_name_override': tls.serverName,
        'grpc.default_authority': tls.serverName,
      }),
    });
  }

  /** @throws AdapterError, like all methods */
  async isActive(object: ScaledObject, call: ScalerCall): Promise<boolean> {
    return (await this.#call(rpcs.isActive, { ...object }, call)).result;
  }

  async metricNames(object: ScaledObject, call: ScalerCall): Promise<string[]> {
    const { metricSpecs } = await this.#call(rpcs.getMetricSpec, { ...object }, call);
    return metricSpecs.map(({ metricName }) => metricName);
  }

  /** As in KEDA: the floating-point number of a value counts if it is above zero, otherwise the whole number. */
  async metricValues(scaledObjectRef: ScaledObject, metricName: string, call: ScalerCall): Promise<number[]> {
    const { metricValues } = await this.#call(rpcs.getMetrics, { scaledObjectRef, metricName }, call);
    return metricValues.map(({ metricValue, metricValueFloat }) =>
      metricValueFloat > 0 ? metricValueFloat : metricValue,
    );
  }

  /** Whether the scaler is active, at each push. Ends when the scaler ends the stream, or when the signal aborts. */
  async *activity(object: ScaledObject, signal: AbortSignal): AsyncGenerator<boolean, void> {
    const rpc = rpcs.streamIsActive;
    const call = this.#client.makeServerStreamRequest(
      rpc.path,
      (request: Message) => encode(rpc, request),
      (response: Buffer) => response,
      { ...object },
      new Metadata(),
    );
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const bytes of call) yield decode(rpc, bytes as Buffer).result;
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof AdapterError ? error : explained(error as ServiceError, rpc);
    } finally {
      signal.removeEventListener('abort', cancel);
      cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  async #call<Response>(rpc: Rpc<Response>, message: Message, { signal, timeoutMs }: ScalerCall): Promise<Response> {
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        rpc.path,
        (request: Message) => encode(rpc, request),
        (response: Buffer) => response,
        message,
        new Metadata(),
        { deadline: Date.now() + timeoutMs },
        (error, response) => {
          signal.removeEventListener('abort', cancel);
          if (error === null && response !== undefined) resolve(response);
          else reject(explained(error, rpc));
        },
      );
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
    return decode(rpc, bytes);
  }
}

function credentialsOf(tls: TlsSettings | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  return credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert), { rejectUnauthorized: tls.verify });
}

function explained(error: ServiceError | null, { path }: Pick<Rpc<unknown>, 'path'>): AdapterError {
  const details = oneLine(error?.details ?? '').replace(/\.$/, '');
  const said = details === '' ? '' : `: ${details}`;
  const { name, code = 'failed' } = grpcStatusOf(error) ?? {};
  if (name === 'unimplemented') {
    return new AdapterError('invalid', `does not implement ${path}. Check that address is of a KEDA external scaler.`);
  }
  switch (code) {
    case 'timeout':
      return new AdapterError(code, 'no response within the timeout');
    case 'unreachable': {
      const text = `cannot be reached${said}. Check that it is running, address and tls (with an IP address also tls.serverName).`;
      return new AdapterError(code, connectionFailureOf(error)?.text ?? text);
    }
    case 'denied':
      return new AdapterError(code, `refuses access${said}. Check tls and metadata.`);
    case 'missing':
    case 'refused':
    case 'conflict':
    case 'throttled':
      return new AdapterError(code, `refused the request${said}. Check metadata and metric.`);
    case 'failed':
    case 'invalid':
    case 'malformed':
      return new AdapterError(code, `failed${said}. Look for the reason in its log.`);
  }
}
