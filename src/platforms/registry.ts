/** Every platform by its type. Adding one is its file and a line here. */
import { ecs } from './ecs.js';
import { genericHttp } from './generic-http.js';
import { kubernetes } from './kubernetes.js';
import { omnistrate } from './omnistrate.js';
import type { PlatformDefinition } from './platform.js';

export const platforms = {
  ecs,
  'generic-http': genericHttp,
  kubernetes,
  omnistrate,
} satisfies Record<string, PlatformDefinition>;
