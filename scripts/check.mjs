/** `npm run check`: types, lint, format, the API document, layer rules and dead code, in parallel. Prints only problems. */
import { spawn } from 'node:child_process';

const checks = {
  types: ['tsc', '--noEmit'],
  'types of the console': ['tsc', '--noEmit', '-p', 'src/console'],
  lint: ['eslint', '--max-warnings=0', '.'],
  format: ['prettier', '--check', '--log-level=warn', '--cache', '--cache-location', '.cache/prettier', '.'],
  'API document': ['redocly', 'lint', '--format=stylish', 'docs/openapi.json'],
  layers: ['depcruise', '--output-type=err', 'src', 'workflows', 'activities'],
  'dead code': ['knip', '--no-progress'],
  'code that only tests call': ['knip', '--production', '--config', 'knip.production.json', '--no-progress'],
};

/** By default, the linter of the API document reports its use and looks for newer versions. */
const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

const run = (name, [command, ...args]) =>
  new Promise((done) => {
    const started = Date.now();
    let output = '';
    const child = spawn(`node_modules/.bin/${command}`, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`);
      if (code !== 0) console.log(output);
      done(code === 0);
    });
  });

const results = await Promise.all(Object.entries(checks).map(([name, command]) => run(name, command)));
process.exitCode = results.every(Boolean) ? 0 : 1;
