/** Every platform by its type. A new platform is one file and one line here. */
import { azureContainerApps } from './azure-container-apps.js';
import { cloudRun } from './cloud-run.js';
import { ecs } from './ecs.js';
import { genericHttp } from './generic-http/generic-http.js';
import { kubernetes } from './kubernetes/kubernetes.js';
import { omnistrate } from './omnistrate.js';
import type { PlatformDefinition } from './platform.js';

export const platforms = {
  'azure-container-apps': azureContainerApps,
  'cloud-run': cloudRun,
  ecs,
  'generic-http': genericHttp,
  kubernetes,
  omnistrate,
} satisfies Record<string, PlatformDefinition>;
