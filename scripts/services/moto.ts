/** AWS as moto plays it, with its IAM: keys and rights are checked as AWS does. */
import { pythonPackage } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface MotoService extends ServiceProcess {
  readonly port: number;
  readonly endpoint: string;
  /** Calls of moto's own API: from `checkRights()` on, every request needs keys that may make it. */
  readonly checkRights: () => Promise<void>;
  readonly trustEveryone: () => Promise<void>;
  /** Keys of a new user who may do these things only. A name has the same ones after every start. */
  readonly userWho: (name: string, actions: readonly string[]) => Promise<AccessKey>;
}

export const needs = { packages: pythonPackage('moto[server]==5.2.5', 'moto-5.2.5') };

export async function motoService(): Promise<MotoService> {
  const packages = await needs.packages.path();
  const [port = 0] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const control = async (path: string, body?: string) => {
    const answer = await fetch(`${endpoint}/moto-api/${path}`, { method: 'POST', ...(body !== undefined && { body }) });
    if (!answer.ok) throw new Error(`moto answered ${answer.status} to ${path}`);
  };
  const service = new ServiceProcess({
    name: 'moto',
    command: 'python3',
    args: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    env: { PYTHONPATH: packages },
    isReady: async () => (await fetch(`${endpoint}/moto-api/data.json`)).ok,
  });
  return Object.assign(service, {
    port,
    endpoint,
    checkRights: () => control('reset-auth', '0'),
    trustEveryone: () => control('reset-auth', '1000000'),
    async userWho(name: string, actions: readonly string[]) {
      await control(`seed?a=${name.length}`);
      return makeUser(endpoint, name, actions);
    },
  });
}

async function makeUser(endpoint: string, name: string, actions: readonly string[]): Promise<AccessKey> {
  const user = { UserName: name };
  await iam(endpoint, { Action: 'CreateUser', ...user });
  const allow = { Effect: 'Allow', Action: actions, Resource: '*' };
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
  await iam(endpoint, { Action: 'PutUserPolicy', ...user, PolicyName: 'least', PolicyDocument: document });
  const answer = await iam(endpoint, { Action: 'CreateAccessKey', ...user });
  const field = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(answer)?.[1] ?? '';
  return { accessKeyId: field('AccessKeyId'), secretAccessKey: field('SecretAccessKey') };
}

/** IAM's own protocol: a form in, XML out. */
async function iam(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const scope = 'Credential=none/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=none';
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}`, host: 'iam.amazonaws.com' },
    body: new URLSearchParams({ ...parameters, Version: '2010-05-08' }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`moto answered ${answer.status} to ${parameters['Action'] ?? ''}: ${text}`);
  return text;
}
