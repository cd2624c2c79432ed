/** Every platform by its type. A new platform is one file and one line here. */
import { autoScalingGroup } from './aws/auto-scaling-group.js';
import { ecs } from './aws/ecs.js';
import { lambdaProvisionedConcurrency } from './aws/lambda-provisioned-concurrency.js';
import { azureContainerApps } from './azure-container-apps.js';
import { azureVmScaleSet } from './azure-vm-scale-set/azure-vm-scale-set.js';
import { cloudRun } from './cloud-run.js';
import { dockerSwarm } from './docker-swarm/docker-swarm.js';
import { exec } from './exec/exec.js';
import { genericHttp } from './generic-http/generic-http.js';
import { googleInstanceGroup } from './google-instance-group/google-instance-group.js';
import { kubernetes } from './kubernetes/kubernetes.js';
import { nomad } from './nomad/nomad.js';
import { omnistrate } from './omnistrate.js';
import type { PlatformDefinition } from './platform.js';

export const platforms = {
  'auto-scaling-group': autoScalingGroup,
  'azure-container-apps': azureContainerApps,
  'azure-vm-scale-set': azureVmScaleSet,
  'cloud-run': cloudRun,
  'docker-swarm': dockerSwarm,
  ecs,
  exec,
  'generic-http': genericHttp,
  'google-instance-group': googleInstanceGroup,
  kubernetes,
  'lambda-provisioned-concurrency': lambdaProvisionedConcurrency,
  nomad,
  omnistrate,
} satisfies Record<string, PlatformDefinition>;
