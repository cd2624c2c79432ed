/** The part of a Kafka broker that a login needs, over TLS: it records what it receives, and refuses every login. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';

export interface RecordingBroker {
  readonly port: number;
  /** Of every login: the mechanism, then what stands in place of a password. */
  readonly logins: string[];
  /** At a login it closes the connection, in place of an answer. */
  hangsUp: boolean;
  stop(): Promise<void>;
}

/** Numbers of the Kafka protocol. */
const apiKeys = { saslHandshake: 17, apiVersions: 18, saslAuthenticate: 36 };
const authenticationFailed = 58;

export async function startRecordingBroker(tls: { cert: string; key: string }): Promise<RecordingBroker> {
  const logins: string[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createServer(tls, (socket) => {
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0);
        if (broker.hangsUp && received.readInt16BE(4) === apiKeys.saslAuthenticate) return void socket.end();
        socket.write(answer(received.subarray(4, end), logins));
        received = received.subarray(end);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const broker: RecordingBroker = {
    port: (server.address() as AddressInfo).port,
    logins,
    hangsUp: false,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
  return broker;
}

/** A request: API key, version, correlation ID, client ID, body. */
function answer(request: Buffer, logins: string[]): Buffer {
  const apiKey = request.readInt16BE(0);
  const body = request.subarray(10 + request.readInt16BE(8));
  if (apiKey === apiKeys.saslHandshake) logins.push(body.subarray(2).toString());
  if (apiKey === apiKeys.saslAuthenticate) logins.push(body.subarray(4).toString());
  const content = Buffer.concat([request.subarray(4, 8), bodyOf(apiKey)]);
  return Buffer.concat([int32(content.length), content]);
}

function bodyOf(apiKey: number): Buffer {
  if (apiKey === apiKeys.saslHandshake) return Buffer.concat([int16(0), int32(1), text('OAUTHBEARER')]);
  if (apiKey === apiKeys.saslAuthenticate)
    return Buffer.concat([int16(authenticationFailed), text('nobody comes in'), int32(0)]);
  const versions = Object.values(apiKeys).flatMap((key) => [
    int16(key),
    int16(0),
    int16(apiKeys.saslHandshake === key ? 1 : 0),
  ]);
  return Buffer.concat([int16(0), int32(Object.keys(apiKeys).length), ...versions, int32(0)]);
}

function text(value: string): Buffer {
  return Buffer.concat([int16(value.length), Buffer.from(value)]);
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}
