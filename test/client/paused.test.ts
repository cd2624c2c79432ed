import { afterAll, expect, it } from '@jest/globals';
import { autoscalerNotice } from '../../src/api/autoscale/notice.js';
import { AutoscaleReader } from '../../src/client/autoscale/reader.js';
import { OpenRuns } from '../../src/client/scale/open-runs.js';
import { openWorkflows } from '../../src/client/open-workflows.js';
import { RunReader } from '../../src/client/scale/runs.js';
import { autoscaleWorkflowId, autoscaleWorkflowType } from '../../workflows/autoscale/messages.js';
import { scaleWorkflowId } from '../../workflows/scale/messages.js';
import { openApi } from '../api/test-api.js';
import { eventually } from '../support/eventually.js';
import { devServerEnvironment } from '../support/temporal.js';
import { Workbench } from '../workflows/workbench.js';

const environment = await devServerEnvironment({
  extraArgs: ['--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true'],
});
const bench = new Workbench(environment);
afterAll(async () => {
  await bench.close();
  await environment.teardown();
});

async function pause(workflowId: string): Promise<void> {
  const { workflowService, options } = environment.client;
  await workflowService.pauseWorkflowExecution({ namespace: options.namespace, workflowId, reason: 'a test' });
}

it('a run that is paused in Temporal is open, and its status says so', async () => {
  const resource = await bench.resource();
  await bench.scales.request(resource, { targetCapacity: 3 });
  await pause(scaleWorkflowId(resource.resource));
  const run = await new RunReader(environment.client).newest(resource.resource);
  expect(run).toMatchObject({ isOpen: true, isPaused: true, outcome: 'running' });
  const api = await openApi(environment.client, [resource]);
  expect((await api.call('GET', `/v1/resources/${resource.resource}`)).body).toMatchObject({
    phase: 'unattended',
    notice: expect.stringContaining(`temporal workflow unpause --workflow-id scale:${resource.resource}`),
    targetCapacity: 3,
  });
  await eventually('it is listed as open', () =>
    new OpenRuns().mayInclude(resource.resource, environment.client, performance.now()),
  );
});

it('a resource whose autoscaler is paused in Temporal is still autoscaled', async () => {
  await environment.client.workflow.start(autoscaleWorkflowType, {
    workflowId: autoscaleWorkflowId('worker'),
    taskQueue: 'nobody',
    args: [{}],
  });
  await pause(autoscaleWorkflowId('worker'));
  const view = await new AutoscaleReader(environment.client).view('worker');
  expect(view).toMatchObject({ progress: null, isPaused: true, ended: null });
  expect(autoscalerNotice('worker', view, undefined)).toContain('unpause --workflow-id autoscale:worker');
  await eventually('it is listed as open', async () =>
    (await openWorkflows(environment.client)).autoscalers.has('worker'),
  );
});
