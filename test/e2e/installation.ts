/** A Temporal server, the simulated sidecar, a worker and an API, whose configuration a test changes. */
import { expect } from '@jest/globals';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { TemporalProcess } from '../api/temporal-process.js';
import { eventually } from '../support/eventually.js';
import type { Program } from '../support/program.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import type { Answer, ApiClient } from './api-client.js';
import { apiOf, Sandbox } from './sandbox.js';

interface Wanted {
  /** Autoscaled to this many; not autoscaled where it is absent. */
  readonly capacity?: number;
  readonly taskQueue?: string;
  readonly cooldown?: string;
  readonly step?: number;
  readonly interval?: string;
}

export class Installation {
  worker!: Program;
  apiProgram!: Program;
  api!: ApiClient;

  private constructor(
    readonly sandbox: Sandbox,
    readonly witness: SidecarWitness,
    private readonly temporal: TemporalProcess,
    private readonly connection: Connection,
  ) {}

  static async create(): Promise<Installation> {
    const sandbox = await Sandbox.create();
    const temporal = await TemporalProcess.start();
    const connection = await Connection.connect({ address: temporal.address });
    sandbox.env.TEMPORAL_ADDRESS = temporal.address;
    const resources = ['--resource', 'worker=1', '--resource', 'jobs=1'];
    const witness = await sandbox.sidecar('--port', '0', ...resources, '--start-time', '0s');
    return new Installation(sandbox, witness, temporal, connection);
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    await this.connection.close();
    await this.temporal.close();
  }

  async start(resources: Readonly<Record<string, Wanted>>): Promise<void> {
    this.configure(resources);
    await this.startWorker();
    await this.startApi();
  }

  async startWorker(): Promise<void> {
    this.worker = this.sandbox.escapement(['worker']);
    await this.worker.printed(/Worker is running/);
  }

  async startApi(): Promise<void> {
    this.apiProgram = this.sandbox.escapement(['api'], { PORT: '0' });
    this.api = await apiOf(this.apiProgram);
  }

  configure(resources: Readonly<Record<string, Wanted>>): void {
    this.sandbox.configure(this.yaml(resources));
  }

  /** Both programs read the file again. */
  async reload(resources: Readonly<Record<string, Wanted>>): Promise<void> {
    this.configure(resources);
    for (const program of [this.worker, this.apiProgram]) {
      const times = () => program.output.split('Configuration reloaded"').length;
      const before = times();
      program.signal('SIGHUP');
      await eventually('the configuration is read again', () => times() > before);
    }
  }

  async apply(...given: (string | NodeJS.ProcessEnv)[]): Promise<unknown> {
    const options = given.filter((option) => typeof option === 'string');
    const env = given.find((option) => typeof option === 'object') ?? {};
    const program = this.sandbox.escapement(['apply', '--yes', '--json', ...options], env);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    return JSON.parse(program.output);
  }

  /** The autoscaler. */
  temporalOf(alias: string): WorkflowHandle {
    return new Client({ connection: this.connection }).workflow.getHandle(autoscaleWorkflowId(alias));
  }

  async stateOf(alias: string): Promise<string> {
    return (await this.temporalOf(alias).describe()).status.name;
  }

  async evaluationOf(alias: string): Promise<Answer> {
    return this.api.call(`/v1/resources/${alias}/evaluation`);
  }

  async pause(alias: string): Promise<void> {
    const headers = { 'Content-Type': 'application/json' };
    await this.api.call(`/v1/resources/${alias}/pause`, { method: 'PUT', headers, body: '{}' });
  }

  async isAt(alias: string, capacity: number): Promise<void> {
    await eventually(
      `${alias} is at ${capacity}`,
      async () => (await this.witness.resource(alias)).capacities.at(-1) === capacity,
      60_000,
    );
  }

  yaml(resources: Readonly<Record<string, Wanted>>): string {
    const written = Object.entries(resources).map(
      ([alias, { capacity, taskQueue = 'escapement', cooldown = '0s', step = 'all', interval = '1s' }]) => {
        const autoscale = `autoscale: { interval: ${interval}, policies: [{ type: fixed, capacity: ${capacity ?? 0} }] }`;
        return `  ${alias}:
    platform: { type: omnistrate, url: "${this.witness.url}" }
    min: 1
    max: 9
    step: ${step}
    cooldown: ${cooldown}
    settle: 1s
    taskQueue: ${taskQueue}
    ${capacity === undefined ? '' : autoscale}`;
      },
    );
    return `version: 1\nresources:\n${written.join('\n')}\n`;
  }
}
