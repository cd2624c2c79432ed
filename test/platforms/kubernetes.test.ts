/** The Kubernetes adapter against a fake server: access to a cluster, and states that a cluster without nodes cannot have. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { jest } from '@jest/globals';
import type { AdapterError } from '../../src/adapters/net/errors.js';
import { clusterAccess } from '../../src/adapters/net/kubernetes/access.js';
import { kubernetes } from '../../src/adapters/platforms/kubernetes/kubernetes.js';
import { closeJsonServers } from './fixtures/json-server.js';
import { folder, open, writeKubeconfig } from './fixtures/kubernetes-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

afterEach(closeJsonServers);

const change = { from: 3, to: 5, idempotencyKey: 'run-1/1' };

describe('the status is read from readiness', () => {
  const ready = (readyReplicas: number, more: object = {}) => ({
    status: { observedGeneration: 2, readyReplicas, ...more },
  });
  const stuck = { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] };

  it.each([
    ['as many pods as requested are ready', ready(3), 'ACTIVE'],
    ['a rollout has more pods than requested', ready(4), 'ACTIVE'],
    ['pods are not ready yet', ready(2), 'STARTING'],
    ['no pod is ready, and the API server leaves out the count', { status: { observedGeneration: 2 } }, 'STARTING'],
    [
      'the controller has not seen the last change',
      { status: { observedGeneration: 1, readyReplicas: 3 } },
      'STARTING',
    ],
    ['there is no status yet', {}, 'STARTING'],
    ['a rollout is stuck', ready(2, stuck), 'STARTING'],
    ['the object is being deleted', { ...ready(3), metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, 'FAILED'],
  ])('%s: %j is %s', async (_name, object, status) => {
    const { platform } = await open({ object });
    expect(await platform.observe(never)).toMatchObject({ capacity: 3, status, details: { namespace: 'shop' } });
  });

  it('a scale without replicas has zero replicas', async () => {
    const { platform } = await open({ scale: { spec: {} } }, { kind: 'Farm' });
    expect(await platform.observe(never)).toMatchObject({ capacity: 0, status: 'ACTIVE' });
  });
});

describe('a read', () => {
  const pathsOfTwoReads = async (kind: string) => {
    const { server, platform } = await open(
      { object: { status: { observedGeneration: 2, readyReplicas: 3 } } },
      { kind },
    );
    for (let read = 0; read < 2; read += 1) {
      expect(await platform.observe(never)).toMatchObject({ capacity: 3, status: 'ACTIVE' });
    }
    return server.requests.map(({ path }) => path.replace('/apis/apps/v1', ''));
  };

  it.each([
    ['Deployment', 'deployments'],
    ['StatefulSet', 'statefulsets'],
    ['ReplicaSet', 'replicasets'],
  ])('of a %s is one request', async (kind, plural) => {
    const object = `/namespaces/shop/${plural}/web`;
    expect(await pathsOfTwoReads(kind)).toEqual([object, object]);
  });

  it('of another kind is two requests, after the first request for the plural of the kind', async () => {
    const [discovery, ...reads] = await pathsOfTwoReads('Farm');
    expect(discovery).toBe('');
    const object = '/namespaces/shop/farms/web';
    expect(reads.sort()).toEqual([object, object, `${object}/scale`, `${object}/scale`]);
  });
});

describe('a change', () => {
  it('sends the scale that was read, with its version and the new number', async () => {
    const { server, platform } = await open();
    expect(await platform.change(change, permitted, never)).toEqual({ outcome: 'accepted' });
    const put = server.requests.find(({ method }) => method === 'PUT')!;
    expect(put.path).toBe('/apis/apps/v1/namespaces/shop/deployments/web/scale?fieldManager=escapement');
    expect(put.body).toMatchObject({ metadata: { resourceVersion: '7' }, spec: { replicas: 5 } });
  });

  it('to zero sends zero', async () => {
    const { server, platform } = await open();
    await platform.change({ ...change, to: 0 }, permitted, never);
    expect(server.requests.at(-1)!.body).toMatchObject({ spec: { replicas: 0 } });
  });

  it.each([
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { outcome: 'rejected', final: false, retryAfterMs: 7000 },
    ],
    [
      { status: 403, body: {} },
      { outcome: 'rejected', final: true },
    ],
    [
      { status: 422, body: {} },
      { outcome: 'rejected', final: true },
    ],
    [{ status: 500, body: {} }, { outcome: 'unknown' }],
  ])('with the response %j has the outcome %j, after one request', async (put, expected) => {
    const { server, platform } = await open({ put });
    expect(await platform.change(change, permitted, never)).toMatchObject(expected);
    expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('is retried after a conflict without a change of the size: pods that become ready change the version', async () => {
    let puts = 0;
    const { server, platform } = await open({ put: () => ({ status: (puts += 1) < 3 ? 409 : 200 }) });
    expect(await platform.change(change, permitted, never)).toEqual({ outcome: 'accepted' });
    const order = server.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1) ?? ''}`);
    const write = ['GET scale', 'PUT scale?fieldManager=escapement'];
    expect(order.slice(-6)).toEqual([...write, ...write, ...write]);
  });

  it('is rejected after five conflicts, and is decided again', async () => {
    const { server, platform } = await open({ put: { status: 409, body: {} } });
    expect(await platform.change(change, permitted, never)).toMatchObject({ outcome: 'rejected', final: false });
    expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(5);
  });

  it('is not retried after its send permit has expired', async () => {
    let isValid = true;
    const put = () => ((isValid = false), { status: 409 });
    const { server, platform } = await open({ put });
    const outcome = await platform.change(change, { isValid: () => isValid }, never);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
    expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it.each([
    ['another writer has changed the size', { scale: { spec: { replicas: 4 } } }, permitted],
    ['the send permit expired', {}, { isValid: (): boolean => false }],
  ])('is not sent, and is decided again, if %s', async (_name, cluster, permit) => {
    const { server, platform } = await open(cluster);
    expect(await platform.change(change, permit, never)).toMatchObject({ outcome: 'rejected', final: false });
    expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(0);
  });

  it('is not blocked by an autoscaler of another object', async () => {
    const other = { metadata: { name: 'api' }, spec: { scaleTargetRef: { kind: 'Deployment', name: 'api' } } };
    const { platform } = await open({ autoscalers: [other] });
    expect(await platform.change(change, permitted, never)).toEqual({ outcome: 'accepted' });
  });
});

describe('an object that cannot be scaled', () => {
  it.each([
    ['DaemonSet', 'it has no scale subresource'],
    ['Deploymint', 'the cluster has no Deploymint under /apis/apps/v1'],
  ])('a %s is refused: %s', async (kind, reason) => {
    const { platform } = await open({}, { kind });
    await expect(platform.observe(never)).rejects.toMatchObject({ code: 'missing' });
    await expect(platform.observe(never)).rejects.toThrow(reason);
  });
});

describe('access to the cluster', () => {
  const authorizationWith = async (user: object) => {
    const { server, platform } = await open({}, { user });
    await platform.observe(never);
    await platform.observe(never);
    return server.requests.map(({ headers }) => headers.authorization);
  };

  it('with a token', async () => {
    expect(new Set(await authorizationWith({ token: 'abc' }))).toEqual(new Set(['Bearer abc']));
  });

  it('with a token file in the folder of the kubeconfig, which is read for each request because it is renewed', async () => {
    await writeFile(join(folder, 'token'), 'first\n');
    const { server, platform } = await open({}, { user: { tokenFile: 'token' } });
    await platform.observe(never);
    await writeFile(join(folder, 'token'), 'second\n');
    await platform.observe(never);
    expect(server.requests[0]!.headers.authorization).toBe('Bearer first');
    expect(server.requests.at(-1)!.headers.authorization).toBe('Bearer second');
  });

  /** A credential plugin that prints the tokens `eks-1`, `eks-2` and so on. */
  async function plugin(expirationTimestamp?: string) {
    const name = `plugin-${randomUUID()}`;
    const status = JSON.stringify({ status: { token: 'TOKEN', expirationTimestamp } }).replace('TOKEN', '$WHO-$N');
    const counter = join(folder, `${name}.runs`);
    const lines = ['#!/bin/sh', `echo x >> ${counter}`, `N=$(wc -l < ${counter})`, 'cat <<END', status, 'END', ''];
    await writeFile(join(folder, name), lines.join('\n'));
    await chmod(join(folder, name), 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: `./${name}` };
    return { exec: { ...exec, env: [{ name: 'WHO', value: 'eks' }] } };
  }

  it('with a credential plugin, which runs again only if its token is about to expire', async () => {
    expect(new Set(await authorizationWith(await plugin('2126-01-01T00:00:00Z')))).toEqual(new Set(['Bearer eks-1']));
    expect(new Set(await authorizationWith(await plugin('2016-01-01T00:00:00Z'))).size).toBeGreaterThan(1);
  });

  it('with a credential plugin that reports no expiration time, which runs again after ten minutes', async () => {
    const { server, platform } = await open({}, { user: await plugin() });
    await platform.observe(never);
    await platform.observe(never);
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer eks-1']));
    const later = Date.now() + 600_001;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(later);
    await platform.observe(never).finally(() => clock.mockRestore());
    expect(server.requests.at(-1)!.headers.authorization).toBe('Bearer eks-2');
  });

  it('with a revoked token, which is replaced by the next token of the plugin', async () => {
    const { server, platform } = await open({ revoked: ['Bearer eks-1', 'Bearer eks-3'] }, { user: await plugin() });
    expect(await platform.observe(never)).toMatchObject({ capacity: 3 });
    const tokens = server.requests.map(({ headers }) => headers.authorization);
    expect(tokens.slice(0, 2)).toEqual(['Bearer eks-1', 'Bearer eks-2']);
    expect(new Set(tokens.slice(1))).toEqual(new Set(['Bearer eks-2']));
  });

  it('with a revoked token that is not replaced, which is not retried', async () => {
    const { server, platform } = await open({ revoked: ['Bearer hunter2'] });
    await expect(platform.observe(never)).rejects.toMatchObject({ code: 'denied' });
    expect(server.requests).toHaveLength(1);
  });

  it('a change with a revoked token is not retried, but decided again', async () => {
    const { server, platform } = await open({ putRevoked: ['Bearer eks-1'] }, { user: await plugin() });
    const outcome = await platform.change(change, permitted, never);
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      final: false,
      reason: expect.stringContaining('401') as unknown,
    });
    expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    expect(await platform.change(change, permitted, never)).toEqual({ outcome: 'accepted' });
  });

  it('from inside a pod, with its service account', async () => {
    await Promise.all(['namespace', 'ca.crt', 'token'].map((name) => writeFile(join(folder, name), `the ${name}\n`)));
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    const access = await clusterAccess({}, { environment, home: '/nowhere', podFolder: folder });
    expect(access).toMatchObject({ server: 'https://[fd00::1]:6443', namespace: 'the namespace' });
    expect(access.tls).toEqual({ ca: 'the ca.crt' });
    expect(await access.headers()).toEqual({ Authorization: 'Bearer the token' });
    // The kubelet renews the file about once an hour.
    await writeFile(join(folder, 'token'), 'the next token\n');
    expect(await access.headers()).toEqual({ Authorization: 'Bearer the next token' });
  });

  describe('with several files in KUBECONFIG, merged as in kubectl:', () => {
    const file = async (name: string, config: object) => {
      await mkdir(join(folder, name), { recursive: true });
      const path = join(folder, name, 'config');
      await writeFile(path, JSON.stringify(config));
      return path;
    };
    const cluster = (name: string, host: string, more: object = {}) => ({
      name,
      cluster: { server: `https://${host}`, ...more },
    });
    const user = (name: string, token: string) => ({ name, user: { token } });
    const context = (name: string, of: string) => ({ name, context: { cluster: of, user: of, namespace: name } });
    const accessBy = (paths: string[], settings: { context?: string } = {}) =>
      clusterAccess(settings, {
        environment: { KUBECONFIG: paths.join(delimiter) },
        home: '/nowhere',
        podFolder: '/nowhere',
      });

    it('the context, its cluster and its user may be in three files', async () => {
      const paths = [
        await file('contexts', { contexts: [context('a', 'one')], clusters: null, users: null, 'current-context': '' }),
        await file('clusters', { clusters: [cluster('one', 'one.example')], 'current-context': 'a' }),
        await file('users', { users: [user('one', 'abc')], 'current-context': 'b' }),
      ];
      const access = await accessBy(paths);
      expect(access).toMatchObject({ server: 'https://one.example', namespace: 'a' });
      expect(await access.headers()).toEqual({ Authorization: 'Bearer abc' });
    });

    it('the first file with an entry provides the whole entry', async () => {
      const first = { clusters: [cluster('one', 'first.example')], users: [user('one', 'first')] };
      const second = {
        clusters: [cluster('one', 'second.example', { 'tls-server-name': 'second' })],
        users: [user('one', 'second')],
        contexts: [context('a', 'one')],
        'current-context': 'a',
      };
      const access = await accessBy([await file('first', first), await file('second', second)]);
      expect(access).toMatchObject({ server: 'https://first.example', tls: {} });
      expect(access.tls).not.toHaveProperty('servername');
      expect(await access.headers()).toEqual({ Authorization: 'Bearer first' });
    });

    it('the setting can name a context of a later file, and paths are relative to the folder of their file', async () => {
      const first = { contexts: [context('a', 'one')], 'current-context': 'a' };
      const second = {
        clusters: [cluster('two', 'two.example', { 'certificate-authority': 'ca.crt' })],
        users: [{ name: 'two', user: { tokenFile: 'token' } }],
        contexts: [context('b', 'two')],
      };
      const paths = [await file('first', first), await file('second', second)];
      await writeFile(join(folder, 'second', 'ca.crt'), 'an authority');
      await writeFile(join(folder, 'second', 'token'), 'a token');
      const access = await accessBy(paths, { context: 'b' });
      expect(access).toMatchObject({ server: 'https://two.example', tls: { ca: 'an authority' } });
      expect(await access.headers()).toEqual({ Authorization: 'Bearer a token' });
    });

    it('missing and empty files are skipped, and it is an error if all files are missing', async () => {
      const whole = {
        clusters: [cluster('one', 'one.example')],
        users: [user('one', 'abc')],
        contexts: [context('a', 'one')],
        'current-context': 'a',
      };
      await writeFile(join(folder, 'empty'), '');
      const paths = ['/nowhere/config', '', join(folder, 'empty'), await file('whole', whole)];
      expect(await accessBy(paths)).toMatchObject({ server: 'https://one.example' });
      await expect(accessBy(['/nowhere/config', '/nowhere/other'])).rejects.toThrow('/nowhere/config cannot be used');
    });

    it('an error names the invalid file, also if it is not the first', async () => {
      const broken = await file('broken', { clusters: 7 });
      await expect(accessBy([await file('first', {}), broken])).rejects.toThrow(`${broken} cannot be used`);
    });
  });

  it.each([
    ['a missing file', { kubeconfig: '/nowhere/config' }, '/nowhere/config cannot be used: it cannot be read'],
    ['a context that is not in the file', { context: 'elsewhere' }, 'it has no context named "elsewhere"'],
  ])('%s is reported', async (_name, settings, reason) => {
    const kubeconfig = await writeKubeconfig('http://127.0.0.1:1', {}, 'shop');
    const platform = kubernetes.create(kubernetes.settings.parse({ kubeconfig, ...settings }), {
      resource: 'worker',
      requestTimeoutMs: 10_000,
    });
    const error = await platform.observe(never).catch((thrown: unknown) => thrown as AdapterError);
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining(reason) as unknown });
    expect(await platform.change(change, permitted, never)).toMatchObject({ outcome: 'rejected', final: false });
  });

  const errorOf = async (user: object) => {
    const { server, platform } = await open({}, { user });
    const error = await platform.observe(never).catch(String);
    expect(server.requests).toEqual([]);
    return error;
  };

  it.each([
    ['impersonation, with any credential', { token: 'hunter2', as: 'jane' }, '"as"'],
    ['impersonation of a group', { token: 'hunter2', 'as-groups': ['admins'] }, '"as-groups"'],
    ['an auth-provider', { 'auth-provider': { name: 'oidc', config: { 'id-token': 'hunter2' } } }, '"auth-provider"'],
    ['a password', { username: 'me', password: 'hunter2' }, '"username"'],
  ])('%s is refused, and nothing is sent', async (_name, user, key) => {
    const error = await errorOf(user);
    expect(error).toContain(`its user "me" has ${key}, which is not supported. Use a user with a token`);
    expect(error).not.toContain('hunter2');
  });

  it('a password in addition to a client certificate is not used', async () => {
    const config = { username: 'me', password: 'hunter2', 'client-certificate-data': '', 'client-key-data': '' };
    expect(new Set(await authorizationWith(config))).toEqual(new Set([undefined]));
  });

  it.each([
    ['is not installed', ['nowhere-to-be-found'], 'it cannot be run (ENOENT). Install the plugin'],
    ['fails', ['sh', '-c', 'echo hunter2 >&2; exit 3'], 'it exited with code 3. Run the plugin in a shell'],
    ['is killed', ['sh', '-c', 'kill -9 $$'], 'it did not exit within 30 s, or was killed'],
    ['prints no token', ['echo', 'hunter2'], 'it returned no token'],
  ])('the error names a credential plugin that %s, without its output', async (_name, [command, ...args], reason) => {
    const error = await errorOf({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args } });
    expect(error).toContain(`the credential plugin "${command}" failed: ${reason}`);
    expect(error).not.toContain('hunter2');
  });

  it('a kubeconfig without a current-context is reported if no context is set', async () => {
    const path = join(folder, 'without-context');
    await writeFile(path, JSON.stringify({ 'current-context': '' }));
    await expect(clusterAccess({ kubeconfig: path })).rejects.toThrow(
      'it has no current-context, and no context is set',
    );
  });

  it('no error contains a secret of the kubeconfig', async () => {
    const { platform } = await open({}, { user: { token: 'hunter2', exec: 7 } });
    const error = await platform.observe(never).catch(String);
    expect(error).toContain('cannot be used');
    expect(error).not.toContain('hunter2');
  });
});
