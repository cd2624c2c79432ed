/**
 * A Lambda function on this machine: a folder with the built package in node_modules and a file that exports the handler,
 * as a user deploys it, and a process that calls it as Lambda does. A warm start is a further call in the same process.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** What Lambda returns to its caller. */
export type LambdaResult =
  | { readonly payload: Readonly<Record<string, unknown>> }
  | { readonly errorType: string; readonly errorMessage: string };

const runtime = `
const { handler } = await import('./index.mjs');
const { events, timeoutMs } = JSON.parse(process.env.LAMBDA_TEST);
for (const event of events) {
  const endsAtMs = Date.now() + timeoutMs;
  const context = { getRemainingTimeInMillis: () => endsAtMs - Date.now() };
  const result = await handler(event, context).then(
    (payload) => ({ payload }),
    ({ name, message }) => ({ errorType: name, errorMessage: message }),
  );
  console.log('RESULT ' + JSON.stringify(result));
}
`;

export class LambdaFunction {
  constructor(private readonly folder: string) {
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    symlinkSync(packageRoot, join(folder, 'node_modules', 'escapement'));
    writeFileSync(join(folder, 'index.mjs'), "export { handler } from 'escapement/lambda';\n");
    writeFileSync(join(folder, 'runtime.mjs'), runtime);
  }

  /** In one process, which ends by itself after the last call. */
  async call(events: readonly unknown[], env: NodeJS.ProcessEnv, timeoutMs = 90_000): Promise<LambdaResult[]> {
    const { stdout } = await promisify(execFile)(process.execPath, ['runtime.mjs'], {
      cwd: this.folder,
      env: { ...env, LAMBDA_TEST: JSON.stringify({ events, timeoutMs }) },
      timeout: 240_000,
    });
    const lines = stdout.split('\n').filter((line) => line.startsWith('RESULT '));
    return lines.map((line) => JSON.parse(line.slice('RESULT '.length)) as LambdaResult);
  }
}
