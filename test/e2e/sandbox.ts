/** Escapement as its users have it: its commands, settings from the environment alone, a folder of its own for its data. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';
import { freePorts } from '../../scripts/services/free-ports.js';
import { Program } from '../support/program.js';
import { SidecarWitness } from '../support/sidecar-witness.js';
import { ApiClient } from './api-client.js';

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'escapement-e2e-'));
  readonly #programs: Program[] = [];

  private constructor(
    /** Of every command that is started here. */
    readonly env: NodeJS.ProcessEnv,
    readonly temporalPort: number,
  ) {
    this.env.ESCAPEMENT_DATA_DIR = join(this.folder, 'data');
  }

  static async create(): Promise<Sandbox> {
    const [api, temporal, webUi, simulator] = await freePorts(4);
    const env = {
      ...unconfigured(process.env),
      PORT: String(api),
      // Any free one: a test may run several.
      ESCAPEMENT_WORKER_PORT: '0',
      ESCAPEMENT_TEMPORAL_PORT: String(temporal),
      ESCAPEMENT_TEMPORAL_UI_PORT: String(webUi),
      ESCAPEMENT_SIMULATOR_PORT: String(simulator),
    };
    return new Sandbox(env, temporal!);
  }

  /** As a user does, in the folder of the package. */
  npmStart(): Program {
    return this.#start({ command: ['npm', 'start'], env: this.env, folder: packageRoot });
  }

  escapement(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    const command = [process.execPath, join(packageRoot, 'dist/src/cli/main.js'), ...args];
    return this.#start({ command, env: { ...this.env, ...env }, folder: this.folder });
  }

  /** A program of the tests, such as a server that is to be killed. */
  script(path: string, args: readonly string[]): Program {
    return this.#start({ command: [process.execPath, join(packageRoot, path), ...args], env: this.env });
  }

  /** The simulated sidecar as a process of its own, which outlives whatever is done to Escapement. */
  async sidecar(...args: readonly string[]): Promise<SidecarWitness> {
    const program = this.escapement(['simulator', '--quiet', ...args]);
    const [, url = ''] = await program.printed(/Simulated sidecar at (\S+)/);
    return new SidecarWitness(url);
  }

  /** From now on, everything here reads this configuration. */
  configure(yaml: string): void {
    this.env.ESCAPEMENT_CONFIG = join(this.folder, 'escapement.yaml');
    writeFileSync(this.env.ESCAPEMENT_CONFIG, yaml);
  }

  /** The command lines of all that was started from here, however far it has gone from its parents since. By process id. */
  processes(): Map<number, string> {
    const marker = `\0ESCAPEMENT_DATA_DIR=${this.env.ESCAPEMENT_DATA_DIR ?? ''}\0`;
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const ours = pids.filter((pid) => `\0${factOf(pid, 'environ')}`.includes(marker));
    return new Map(ours.map((pid) => [Number(pid), factOf(pid, 'cmdline').replaceAll('\0', ' ')]));
  }

  /** Waits until only these commands still run. */
  async onlyRuns(...commands: readonly RegExp[]): Promise<void> {
    const isExpected = (commandLine: string) => commands.some((command) => command.test(commandLine));
    let others: string[] = [];
    await eventually('whatever was started has ended', () => {
      others = [...this.processes().values()].filter((commandLine) => !isExpected(commandLine));
      return others.length === 0;
    }).catch((error: unknown) => {
      throw new Error(`Left behind: ${others.join('; ')}`, { cause: error });
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.kill()));
    for (const pid of this.processes().keys()) killIfThere(pid);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(start: ConstructorParameters<typeof Program>[0]): Program {
    const program = new Program(start);
    this.#programs.push(program);
    return program;
  }
}

/** When it says that it is up. */
export async function apiOf(program: Program): Promise<ApiClient> {
  const [, url = ''] = await program.printed(/"url":"([^"]+)".*Escapement is up/);
  return new ApiClient(url);
}

/** Nothing that the developer's own shell has set may decide what is tested. */
export function unconfigured(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours =
    /^(ESCAPEMENT_|AUTOSCALER_|OMNISTRATE_|OTEL_|TEMPORAL_(?!CLI_PATH)|NODE_OPTIONS$|DRY_RUN$|PORT$|LOG_LEVEL$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.test(name)));
}

/** From the system; a process may have ended since it was listed. */
function factOf(pid: string, fact: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${fact}`, 'utf8');
  } catch {
    return '';
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
