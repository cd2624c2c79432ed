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
import { Registry } from '../../domain/registry.js';

export const platforms = new Registry<PlatformDefinition>([
  autoScalingGroup,
  azureContainerApps,
  azureVmScaleSet,
  cloudRun,
  dockerSwarm,
  ecs,
  exec,
  genericHttp,
  googleInstanceGroup,
  kubernetes,
  lambdaProvisionedConcurrency,
  nomad,
  omnistrate,
]);
