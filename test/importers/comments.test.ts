/** Comments of manifests: what has a place in the output is there, and the report names the others. */
import { hpaOf, imported } from './importing.js';

it('a comment that has no place in the output is in the report', async () => {
  const { report } = await imported(`apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  # the old name
  name: web # keep it
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  # never alone
  minReplicas: 2
  maxReplicas: 4 # the nodes have no room for more
  metrics:
  # busy
  - type: Resource
    resource:
      name: cpu
      # of the request
      target: { type: Utilization, averageUtilization: 70 }
  # - type: Pods
  behavior:
    scaleDown: { stabilizationWindowSeconds: 60 } # calm
# the end
`);
  expect(report.warnings.filter(({ message }) => message.includes('no place in the output'))).toEqual(
    [' the old name', ' keep it', ' - type: Pods', ' of the request', ' calm', ' the end'].map((comment) => ({
      path: 'input-1.yaml',
      message: `has the comment "#${comment}", which has no place in the output`,
    })),
  );
});

it('a comment of a document that is ignored is not in the report', async () => {
  const { report } = await imported(`# of the service\nkind: Service\nmetadata: { name: front }\n---\n${hpaOf()}`);
  expect(report.warnings.filter(({ message }) => message.includes('of the service'))).toEqual([]);
});
