/** Shows it: a request through the platform, an evaluation by the source and the policy, a workflow of this project. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';

const escapement = async (...args: string[]) => {
  const { stdout } = await promisify(execFile)('npx', ['escapement', ...args]);
  console.log(stdout.trim());
};

await mkdir('inbox', { recursive: true });
for (let letter = 1; letter <= 40; letter++) await writeFile(`inbox/${letter}.txt`, 'Dear crew');
await Promise.all(['crew.size', 'desk.size'].map((file) => writeFile(file, '1')));

const worker = spawn(process.execPath, ['dist/worker.js'], { stdio: ['ignore', 'ignore', 'inherit'] });
try {
  await escapement('scale', 'desk', '3', '--wait', '--temporal');
  console.log(`desk.size contains ${await readFile('desk.size', 'utf8')}`);

  await escapement('apply', '--yes');
  while ((await readFile('crew.size', 'utf8')) !== '6') await setTimeout(200);
  console.log('crew.size contains 6');
  await escapement('explain', 'crew', '--temporal');

  const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233' });
  const { workflow } = new Client({ connection });
  console.log(await workflow.execute('stocktaking', { taskQueue: 'escapement', workflowId: 'stocktaking' }));
  await connection.close();
} finally {
  worker.kill('SIGTERM');
  await once(worker, 'exit');
}
