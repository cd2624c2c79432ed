/** `escapement simulator` as a process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { simulatorCommand } from '../../src/cli/commands/simulator.js';
import { faultSchema } from '../../src/simulator/fault.js';

const program = `
  import { simulatorCommand } from './src/cli/commands/simulator.ts';
  await simulatorCommand().parseAsync(process.argv.slice(1), { from: 'user' });
`;
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function run(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, '--', ...args]);
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return {
    output: () => output,
    exit,
    stop: () => child.kill('SIGTERM'),
    /** Waits until this was printed. */
    async printed(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found[1] ?? found[0];
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

it('serves the given resources, prints every call, and exits on a signal', async () => {
  const simulator = run(
    '--port',
    '0',
    '--resource',
    'worker',
    '--resource',
    'db=5',
    '--capacity',
    '2',
    '--start-time',
    '0s',
  );
  const url = await simulator.printed(/at (http:\S+) with worker, db/);
  const capacities = await Promise.all(
    ['worker', 'db'].map(async (alias) => (await fetch(`${url}/resource/${alias}/capacity`)).json()),
  );
  expect(capacities).toMatchObject([{ currentCapacity: 2 }, { currentCapacity: 5 }]);
  await simulator.printed(/GET \/resource\/db\/capacity -> 200/);
  simulator.stop();
  expect(await simulator.exit).toBe(0);
});

it('reports a port that is in use with a fix, and fails', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const simulator = run('--port', String(port));
  expect(await simulator.exit).toBe(1);
  expect(simulator.output()).toContain(`port ${port} of 127.0.0.1 is already in use; choose another port with --port`);
  other.close();
});

it.each([
  [['--port', 'many'], 'It must be a whole number'],
  [['--start-time', '5'], '"5" has no unit; write 5s'],
  [['--resource', '=3'], 'Write an alias, or an alias and a capacity'],
  [['--resource', 'worker=few'], 'It must be a whole number'],
])('refuses %j', async (args, mention) => {
  let told = '';
  const command = simulatorCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (told += text) });
  await expect(command.parseAsync(args, { from: 'user' })).rejects.toThrow();
  expect(told).toContain(mention);
});

it('documents every fault, every path and both APIs with --help', async () => {
  let told = '';
  const command = simulatorCommand()
    .exitOverride()
    .configureOutput({ writeOut: (text) => (told += text) });
  await expect(command.parseAsync(['--help'], { from: 'user' })).rejects.toThrow();
  for (const { shape } of faultSchema.options) expect(told).toContain(`\n  ${shape.type.value} `);
  for (const path of ['/truth', '/log', '/faults', '/down', '/resource/worker/capacity/add'])
    expect(told).toContain(path);
});
