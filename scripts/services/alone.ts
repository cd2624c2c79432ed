/** A lock between the processes of this machine. The system releases it when its holder ends, however that ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Does the work while no other process, and nothing else in this one, does work of the same name. */
export async function alone<T>(folder: string, name: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  // flock holds the lock while its command runs, and cat runs until its input ends: also when this process is killed.
  const holder = spawn('flock', [join(folder, `${name}.lock`), 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'close');
  try {
    await Promise.race([
      once(holder.stdout, 'data'),
      ended.then(([code]) => Promise.reject(new Error(`flock ended with ${String(code)} before it had the lock`))),
    ]);
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
