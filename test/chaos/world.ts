/** All components of one wave as real processes, with a controllable proxy on every connection between two of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection, Client } from '@temporalio/client';
import { stringify } from 'yaml';
import { TemporalProcess } from '../api/temporal-process.js';
import { ApiClient } from '../e2e/api-client.js';
import { unconfigured } from '../e2e/sandbox.js';
import { freePorts } from '../../scripts/services/free-ports.js';
import { Program } from '../support/program.js';
import { SidecarWitness } from '../support/sidecar-witness.js';
import { bounds, requestTimeoutMs, type RunPlan, settleMs } from './run-plan.js';
import { faultsOf } from './sidecar-faults.js';
import { TcpProxy } from './tcp-proxy.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** A process that is restarted when it ends, and its connections to the other processes. */
export interface Member {
  readonly name: string;
  readonly temporal: TcpProxy;
  /** Only workers connect to the sidecar. */
  readonly sidecar: TcpProxy | undefined;
  program: Program;
  restart(): void;
}

export interface World {
  readonly folder: string;
  readonly temporal: TemporalProcess;
  /** For the test itself, without a proxy. */
  readonly client: Client;
  readonly api: ApiClient;
  readonly witness: SidecarWitness;
  readonly apiMember: Member;
  readonly workers: readonly Member[];
  /** When a change of each resource was last forwarded to the sidecar. */
  readonly sentAtMs: ReadonlyMap<string, number>;
  /** Restarts every process and repairs every connection. */
  heal(): void;
  close(): Promise<void>;
}

export async function startWorld(plans: readonly RunPlan[], seed: number): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'escapement-chaos-'));
  const config = join(folder, 'escapement.yaml');
  writeFileSync(config, configurationOf(plans));
  const shared = { ...unconfigured(process.env), ESCAPEMENT_CONFIG: config, LOG_LEVEL: 'warn' };

  const temporal = await TemporalProcess.start();
  const resources = plans.flatMap(({ alias, startCapacity }) => ['--resource', `${alias}=${startCapacity}`]);
  const simulator = start(
    ['simulator', '--quiet', '--port', '0', '--start-time', '300ms', ...resources],
    shared,
    folder,
  );
  const [, sidecarUrl = ''] = await simulator.printed(/Simulated sidecar at (\S+)/);
  const witness = new SidecarWitness(sidecarUrl);
  await witness.setFaults(faultsOf(plans, seed));
  const sidecarPort = Number(new URL(sidecarUrl).port);

  const sentAtMs = new Map<string, number>();
  const [apiPort] = await freePorts(1);
  const apiMember = await startMember('api', { PORT: String(apiPort) });
  const ofWorker = { ESCAPEMENT_WORKER_PORT: '0' };
  const workers = [await startMember('worker', ofWorker), await startMember('worker', ofWorker)];
  const members = [apiMember, ...workers];
  const connection = Connection.lazy({ address: temporal.address });
  return {
    folder,
    temporal,
    client: new Client({ connection }),
    api: new ApiClient(`http://127.0.0.1:${apiPort}`),
    witness,
    apiMember,
    workers,
    sentAtMs,
    heal: () => {
      for (const member of members) {
        member.temporal.comeBack();
        member.sidecar?.comeBack();
        member.program.signal('SIGCONT');
        if (member.program.hasEnded) member.restart();
      }
    },
    close: async () => {
      await connection.close();
      await Promise.all([simulator, ...members.map(({ program }) => program)].map((program) => program.kill()));
      await Promise.all(members.map((member) => member.temporal.close()));
      for (const worker of workers) await worker.sidecar?.close();
      await temporal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  async function startMember(role: 'api' | 'worker', env: NodeJS.ProcessEnv): Promise<Member> {
    const temporalLine = await TcpProxy.inFrontOf(temporal.port);
    const sidecarLine = role === 'worker' ? await TcpProxy.inFrontOf(sidecarPort) : undefined;
    if (sidecarLine) sidecarLine.onFirstBytes = noteChange;
    const own = {
      ...shared,
      ...env,
      TEMPORAL_ADDRESS: `127.0.0.1:${temporalLine.port}`,
      SIDECAR_URL: `http://127.0.0.1:${sidecarLine?.port ?? sidecarPort}`,
    };
    const member: Member = {
      name: role,
      temporal: temporalLine,
      sidecar: sidecarLine,
      program: start([role], own, folder),
      restart: () => {
        member.program = start([role], own, folder);
      },
    };
    return member;
  }

  async function noteChange(bytes: Buffer): Promise<void> {
    const [, resource] = /^POST \/resource\/([^/]+)\//.exec(bytes.toString('latin1')) ?? [];
    if (resource !== undefined) sentAtMs.set(resource, Date.now());
  }
}

function start(args: readonly string[], env: NodeJS.ProcessEnv, folder: string): Program {
  return new Program({ command: [process.execPath, main, ...args], env, folder });
}

const sidecar = '${SIDECAR_URL}/resource/{{resource}}';
const platforms = {
  adds: { type: 'omnistrate', url: '${SIDECAR_URL}' },
  sets: {
    type: 'generic-http',
    observe: {
      url: `${sidecar}/capacity`,
      capacity: 'currentCapacity',
      status: { path: 'status', active: ['ACTIVE'], failed: ['FAILED'] },
      observedAt: 'lastObservedTimestamp',
    },
    set: { url: `${sidecar}/size`, body: { from: '{{from}}', size: '{{to}}' } },
  },
};

function configurationOf(plans: readonly RunPlan[]): string {
  const resources = plans.map(({ alias, platform, step, cooldownMs, upAfter, waitForActiveMs }): [string, object] => [
    alias,
    {
      platform: platforms[platform],
      ...bounds,
      step,
      cooldown: { up: `${cooldownMs.up}ms`, upAfter, down: `${cooldownMs.down}ms` },
      settle: `${settleMs}ms`,
      waitForActive: { timeout: `${waitForActiveMs}ms`, interval: '1s' },
      requestTimeout: `${requestTimeoutMs}ms`,
    },
  ]);
  return stringify({ version: 1, resources: Object.fromEntries(resources) });
}
