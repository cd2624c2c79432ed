/** A worker that runs the workflows and activities of Escapement beside those of this project. */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities, workerOptions } from 'escapement/activities';
import * as own from './activities.js';

const escapement = await createActivities({ config: 'escapement.yaml' });
const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233' });
const workers = await Promise.all(
  escapement.taskQueues.map((taskQueue) =>
    Worker.create({
      ...workerOptions,
      connection,
      taskQueue,
      workflowsPath: fileURLToPath(new URL('workflows.js', import.meta.url)),
      dataConverter: { payloadConverterPath: fileURLToPath(import.meta.resolve('escapement/payload-converter')) },
      activities: { ...escapement.activities, ...own },
    }),
  ),
);
// The SDK stops the workers on this signal. Reads in progress need not wait for their end.
process.once('SIGTERM', () => escapement.handOver());
await Promise.all(workers.map((worker) => worker.run()));
await escapement.close();
await connection.close();
