/** An external scaler of KEDA in Python, as people write them: over plain gRPC, and over TLS with client certificates. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pythonPackage } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface KedaScalerService extends ServiceProcess {
  readonly port: number;
  readonly tlsPort: number;
}

export const needs = { packages: pythonPackage('grpcio-tools==1.85.1', 'grpcio-tools-1.85.1') };

/**
 * @param password what the metadata of each request must have.
 * @param files paths of PEM files.
 */
export async function kedaScalerService(
  password: string,
  files: { readonly ca: string; readonly cert: string; readonly key: string },
): Promise<KedaScalerService> {
  const packages = await needs.packages.path();
  const [port = 0, tlsPort = 0] = await freePorts(2);
  const service = new ServiceProcess({
    name: 'external scaler',
    command: 'python3',
    args: [fileURLToPath(new URL('./keda-scaler/scaler.py', import.meta.url))],
    env: {
      PYTHONPATH: packages,
      PYTHONDONTWRITEBYTECODE: '1',
      SCALER_PORT: String(port),
      SCALER_TLS_PORT: String(tlsPort),
      SCALER_PASSWORD: password,
      TLS_CA: files.ca,
      TLS_CERT: files.cert,
      TLS_KEY: files.key,
    },
    async isReady() {
      const socket = connect(tlsPort, '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
      return true;
    },
  });
  return Object.assign(service, { port, tlsPort });
}
