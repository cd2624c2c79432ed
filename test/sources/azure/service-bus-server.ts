/**
 * The management API of Service Bus as its REST reference and its SDKs describe it: Atom documents, and shared access
 * signatures that are checked.
 */
import { createHmac } from 'node:crypto';
import { LocalHttpServer, type Asked, type Reply } from '../local-servers.js';

const connect = 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect';

interface Counts {
  readonly active?: number;
  readonly dead?: number;
  readonly scheduled?: number;
  readonly transfer?: number;
  readonly transferDead?: number;
}

/** An entry of the given kind, as in the tests of the SDKs of Azure. */
export function entry(kind: 'Queue' | 'Topic' | 'Subscription', counts: Counts = {}, status = 'Active'): Reply {
  const { active = 0, dead = 0, scheduled = 0, transfer = 0, transferDead = 0 } = counts;
  const body = `<entry xmlns="http://www.w3.org/2005/Atom"><id>https://shop.servicebus.windows.net/jobs?api-version=2021-05</id><title type="text">jobs</title><published>2026-01-09T19:56:34Z</published><updated>2026-01-09T19:56:35Z</updated><author><name>shop</name></author><link rel="self" href="https://shop.servicebus.windows.net/jobs?api-version=2021-05"/><content type="application/xml"><${kind}Description xmlns="${connect}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><LockDuration>PT1M</LockDuration><MaxSizeInMegabytes>1024</MaxSizeInMegabytes><SizeInBytes>0</SizeInBytes><MessageCount>${active + dead + scheduled}</MessageCount><AuthorizationRules></AuthorizationRules><Status>${status}</Status><UserMetadata>&lt;ActiveMessageCount&gt;99&lt;/ActiveMessageCount&gt;</UserMetadata><CountDetails xmlns:d2p1="http://schemas.microsoft.com/netservices/2011/06/servicebus"><d2p1:ActiveMessageCount>${active}</d2p1:ActiveMessageCount><d2p1:DeadLetterMessageCount>${dead}</d2p1:DeadLetterMessageCount><d2p1:ScheduledMessageCount>${scheduled}</d2p1:ScheduledMessageCount><d2p1:TransferMessageCount>${transfer}</d2p1:TransferMessageCount><d2p1:TransferDeadLetterMessageCount>${transferDead}</d2p1:TransferDeadLetterMessageCount></CountDetails><EntityAvailabilityStatus>Available</EntityAvailabilityStatus></${kind}Description></content></entry>`;
  return { type: 'application/atom+xml;type=entry;charset=utf-8', body };
}

/** The answer for a name that does not exist. */
const nothing: Reply = {
  type: 'application/atom+xml;type=feed;charset=utf-8',
  body: '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title><subtitle type="text">This is the list of publicly-listed services currently available.</subtitle><id>uuid:27fcd1e2;id=30</id><updated>2026-01-27T13:11:47Z</updated><generator>Service Bus 1.1</generator></feed>',
};

export function failure(status: number, detail: string): Reply {
  const body = `<Error><Code>${status}</Code><Detail>${detail}</Detail></Error>`;
  return { status, type: 'application/xml; charset=utf-8', body };
}

/** A namespace with one policy. */
export function serviceBusServer(policy: { name: string; key: string }, entities: Map<string, Reply>): LocalHttpServer {
  return new LocalHttpServer((asked) => {
    if (!isSigned(asked, policy)) return failure(401, 'Manage,EntityRead claims required for this operation.');
    return entities.get(new URL(asked.url, 'http://here').pathname) ?? nothing;
  });
}

/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas */
function isSigned({ url, headers }: Asked, { name, key }: { name: string; key: string }): boolean {
  const [scheme, token = ''] = (headers.authorization ?? '').split(' ');
  const parts = new Map(
    token
      .split('&')
      .map((part): [string, string] => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  );
  const [resource = '', expiry = ''] = [parts.get('sr'), parts.get('se')];
  const signature = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64');
  const requested = `http://${String(headers.host)}${url}`;
  return (
    scheme === 'SharedAccessSignature' &&
    parts.get('skn') === name &&
    decodeURIComponent(parts.get('sig') ?? '') === signature &&
    requested.startsWith(decodeURIComponent(resource)) &&
    Number(expiry) > Date.now() / 1000
  );
}
