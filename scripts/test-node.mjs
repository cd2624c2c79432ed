/**
 * `npm run test:node -- <version> [options of Jest]` tests with another Node; `--versions` prints those that CI tests with.
 * The Node comes from the packages that npm's `node` package consists of, and is kept in ~/.cache/escapement/node.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The oldest that works, which package.json names, and each line that is maintained. */
const versions = ['20.19.0', '22.23.5', '24.22.3', '26.12.1'];

const [version, ...options] = process.argv.slice(2);
if (version === '--versions') console.log(versions.join('\n'));
else if (/^\d+\.\d+\.\d+$/.test(version ?? '')) test(version);
else fail(`Name a version: ${versions.join(', ')}, or another one that npm has`);

function test(version) {
  const node = installed(version);
  const env = {
    ...process.env,
    // The tests start programs, and those start others: all of them find this Node first.
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
    NODE_OPTIONS: '--experimental-vm-modules',
  };
  const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.node.config.mjs', ...options];
  process.exitCode = spawnSync(node, jest, { env, stdio: 'inherit' }).status ?? 1;
}

function installed(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(homedir(), '.cache', 'escapement', 'node', version);
  if (!existsSync(folder)) {
    const partial = `${folder}.${process.pid}`;
    mkdirSync(partial, { recursive: true });
    console.log(`Downloading Node ${version} from npm, once, to ${folder} ...`);
    const install = ['install', '--prefix', partial, '--no-save', '--silent', `${name}@${version}`];
    if (spawnSync('npm', install, { stdio: 'inherit' }).status !== 0) fail(`npm cannot install ${name}@${version}`);
    renameSync(partial, folder);
  }
  return join(folder, 'node_modules', name, 'bin', 'node');
}

function fail(problem) {
  console.error(problem);
  process.exit(1);
}
