/** A gRPC server of KEDA's protocol in this process, with the messages that protobufjs makes of KEDA's own file. */
import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import protobuf from 'protobufjs';

type Fields = Readonly<Record<string, unknown>>;

/** Returns a response, or throws the status of a failure. */
export type Handlers = Readonly<
  Partial<Record<'IsActive' | 'GetMetricSpec' | 'GetMetrics', (request: Fields) => Fields | Buffer>>
>;

export type Failure = Pick<ServiceError, 'code' | 'details'>;

export async function startScaler(handlers: () => Handlers, credentials = ServerCredentials.createInsecure()) {
  const root = await protobuf.load('scripts/services/keda-scaler/externalscaler.proto');
  root.resolveAll();
  const service = root.lookupService('externalscaler.ExternalScaler');
  const definition = Object.fromEntries(
    service.methodsArray.map(({ name, resolvedRequestType: request, resolvedResponseType: response }) => [
      name,
      {
        path: `/externalscaler.ExternalScaler/${name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: () => Buffer.alloc(0),
        requestDeserialize: (bytes: Buffer) => request?.toObject(request.decode(bytes), { defaults: true }) ?? {},
        responseSerialize: (given: Fields | Buffer) =>
          given instanceof Buffer
            ? given
            : Buffer.from(response?.encode(response.fromObject(given)).finish() ?? new Uint8Array()),
        responseDeserialize: () => ({}),
      },
    ]),
  );
  const handle =
    (name: keyof Handlers) =>
    ({ request }: ServerUnaryCall<Fields, Fields | Buffer>, callback: sendUnaryData<Fields | Buffer>) => {
      const handler = handlers()[name];
      // As a server without the method.
      if (handler === undefined) {
        callback({ code: status.UNIMPLEMENTED, details: `unknown method ${name}` });
        return;
      }
      try {
        callback(null, handler(request));
      } catch (failure) {
        // A test throws nothing else.
        callback(failure as Failure);
      }
    };
  const implementation: UntypedServiceImplementation = Object.fromEntries(
    (['IsActive', 'GetMetricSpec', 'GetMetrics'] as const).map((name) => [name, handle(name)]),
  );
  const server = new Server();
  server.addService(definition, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port, stop: () => server.forceShutdown() };
}
