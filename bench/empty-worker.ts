/** A worker for the empty workflow in its own process, which measures the cost of Temporal itself. */
import { NativeConnection, Worker } from '@temporalio/worker';
import { bundleWorkflowsAt } from '../test/support/workflow-bundle.js';

const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '' });
const worker = await Worker.create({
  connection,
  taskQueue: 'empty',
  workflowBundle: { codePath: await bundleWorkflowsAt(new URL('./empty-workflow.ts', import.meta.url)) },
});
console.log('The empty worker is up');
await worker.run();
await connection.close();
