/** The scenarios of plans that `record-histories.ts` runs. */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { PlanClient } from '../../src/client/plan/client.js';
import { planWorkflowId } from '../../workflows/plan/messages.js';
import { poll, type TestResource, type Workbench } from './workbench.js';

export const planScenarios = {
  'plan-undone': async (bench: Workbench) => {
    const [db, api, web] = [await bench.resource(), await bench.resource(), await bench.resource()];
    api.simulator.faults.set({ faults: [{ type: 'reject', status: 400, on: 'change' }] });
    const plan = await started(
      bench,
      [
        [db, 3],
        [web, 4],
      ],
      [[api, 3]],
    );
    await plan.ended();
    return plan.handle;
  },
  'plan-cancelled': async (bench: Workbench) => {
    const [db, api] = [await bench.resource(), await bench.resource()];
    const plan = await started(bench, [[db, 3]], [[api, 9]]);
    await plan.untilRequested(2);
    await plan.plans.stop(plan.id, 'undo');
    await plan.ended();
    return plan.handle;
  },
  'plan-moved-to-another-task-queue': async (bench: Workbench) => {
    const db = await bench.resource({ settings: { cooldownMs: { up: 2000, down: 2000 } } });
    const plan = await started(bench, [[db, 4]]);
    await plan.untilRequested(1);
    const { runId } = await plan.handle.describe();
    const taskQueue = `${db.taskQueue}-plans`;
    await bench.startWorker({ taskQueue });
    await plan.plans.move(plan.id, { taskQueue, atMs: Date.now() });
    await plan.ended();
    return { workflowId: plan.handle.workflowId, runId };
  },
};

async function started(bench: Workbench, ...steps: readonly (readonly (readonly [TestResource, number])[])[]) {
  const plans = new PlanClient(bench.server.client);
  const id = randomUUID();
  const planned = steps.map((step) => step.map(([{ resource }, target]) => ({ resource, target })));
  const [first, ...others] = steps
    .flat()
    .map(([{ resource, taskQueue, settings }]) => ({ resource, taskQueue, settings }));
  await plans.start({ id, timeoutMs: 600_000, steps: planned }, [first!, ...others]);
  const seen = async () => (await plans.find(id))!;
  const handle: WorkflowHandle = bench.server.client.workflow.getHandle(planWorkflowId(id));
  return {
    id,
    plans,
    handle,
    untilRequested: (number: number) => poll(seen, ({ state }) => state.moves[number - 1]!.runId !== null),
    ended: () => poll(seen, ({ isOpen }) => !isOpen),
  };
}
