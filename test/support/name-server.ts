/** A name server with SRV records, over UDP (RFC 1035, RFC 2782). */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import dns from 'node:dns/promises';

interface SrvRecord {
  readonly host: string;
  readonly port: number;
}

/** Records, no record (an empty list), or the error code that the server responds with: 2 it failed, 3 no such name. */
export type NameResponse = readonly SrvRecord[] | 2 | 3;

/** This process resolves names by it until it is stopped. `lookup` does not: it uses the system. */
export async function startNameServer(responseFor: (name: string) => NameResponse) {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, end } = nameIn(query);
    socket.send(responseTo(query.subarray(0, end + 4), responseFor(name)), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const before = dns.getServers();
  dns.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    async stop() {
      dns.setServers(before);
      socket.close();
      await once(socket, 'close');
    },
  };
}

const headerBytes = 12;

function nameIn(query: Buffer): { readonly name: string; readonly end: number } {
  const parts: string[] = [];
  let at = headerBytes;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    parts.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: parts.join('.').toLowerCase(), end: at + 1 };
}

/** @param question the header of the query, and its question. */
function responseTo(question: Buffer, response: NameResponse): Buffer {
  const records = typeof response === 'number' ? [] : response;
  const header = Buffer.from(question.subarray(0, headerBytes));
  header.writeUInt16BE(0x8180 + (typeof response === 'number' ? response : 0), 2);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, question.subarray(headerBytes), ...records.map(recordOf)]);
}

function recordOf({ host, port }: SrvRecord): Buffer {
  const labels = host.split('.').map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)]));
  const target = Buffer.concat([...labels, Buffer.from([0])]);
  // The name of the question, type SRV, class IN, no time to live; then the length, priority, weight and port.
  const record = Buffer.from([0xc0, headerBytes, 0, 33, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  record.writeUInt16BE(6 + target.length, 10);
  record.writeUInt16BE(port, 16);
  return Buffer.concat([record, target]);
}
