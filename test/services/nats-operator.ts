/** An operator of NATS with one account, as hosted NATS has them: users log in with credentials files. */
import { credsAuthenticator, nkeys } from '@nats-io/transport-node';
import type { NatsAccess } from '../../scripts/services/nats.js';

type Key = ReturnType<typeof nkeys.createUser>;

interface Operator extends NatsAccess {
  /** The credentials file of a user that may only use these subjects. */
  readonly credentialsFor: (publish: string, subscribe: string) => string;
  /** A credentials file of a user that another account created. */
  readonly foreignCredentials: string;
}

const unlimited = { subs: -1, data: -1, payload: -1 };
const unlimitedAccount = { ...unlimited, conn: -1, leaf: -1, imports: -1, exports: -1, wildcards: true };
const jetstream = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

export function natsOperator(): Operator {
  const operator = nkeys.createOperator();
  const [account, system, stranger] = [nkeys.createAccount(), nkeys.createAccount(), nkeys.createAccount()];
  const [accountId, systemId] = [account.getPublicKey(), system.getPublicKey()];
  const accountToken = (id: string, limits: object) => signed(operator, id, { type: 'account', limits });
  const config = [
    `operator: ${signed(operator, operator.getPublicKey(), { type: 'operator', system_account: systemId })}`,
    'resolver: MEMORY',
    `resolver_preload: { ${accountId}: ${accountToken(accountId, { ...unlimitedAccount, ...jetstream })},`,
    `  ${systemId}: ${accountToken(systemId, unlimitedAccount)} }`,
    `system_account: ${systemId}`,
  ];
  const everything = credentialsFile(account, {});
  return {
    config,
    administrator: { authenticator: credsAuthenticator(new TextEncoder().encode(everything)) },
    credentialsFor: (publish, subscribe) =>
      credentialsFile(account, { pub: { allow: [publish] }, sub: { allow: [subscribe] } }),
    foreignCredentials: credentialsFile(stranger, {}),
  };
}

function credentialsFile(account: Key, permissions: object): string {
  const user = nkeys.createUser();
  const token = signed(account, user.getPublicKey(), { type: 'user', ...unlimited, ...permissions });
  const seed = Buffer.from(user.getSeed()).toString();
  return [
    ...['-----BEGIN NATS USER JWT-----', token, '------END NATS USER JWT------', ''],
    ...['-----BEGIN USER NKEY SEED-----', seed, '------END USER NKEY SEED------', ''],
  ].join('\n');
}

function signed(issuer: Key, subject: string, claims: object): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  const about = { jti: subject, iat: Math.floor(Date.now() / 1_000), iss: issuer.getPublicKey(), sub: subject };
  const text = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part({ ...about, name: 'test', nats: { version: 2, ...claims } })}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
}
