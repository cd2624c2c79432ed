/** A certificate authority of a test, and a certificate that it signed: for 127.0.0.1 and queue.example, not for localhost. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificates {
  /** Paths, for servers that want files. */
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string };
  /** PEM texts. The certificate is good for a server and for a client. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'escapement-tls-'));
  const file = (name: string) => join(folder, name);
  const authority = [file('ca.pem'), file('ca.key')] as const;
  await certify(authority, '/CN=an authority nobody knows', []);
  const files = { ca: authority[0], cert: file('server.pem'), key: file('server.key') };
  await certify([files.cert, files.key], '/CN=queue.example', [
    ...['-CA', authority[0], '-CAkey', authority[1]],
    ...['-addext', 'subjectAltName=DNS:queue.example,IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE'],
  ]);
  const [ca, cert, key] = await Promise.all([files.ca, files.cert, files.key].map((path) => readFile(path, 'utf8')));
  return { files, ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
}

async function certify(
  [certificate, key]: readonly [string, string],
  subject: string,
  more: readonly string[],
): Promise<void> {
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  await run('openssl', ['req', '-x509', ...newKey, '-out', certificate, '-days', '2', '-subj', subject, ...more]);
}
