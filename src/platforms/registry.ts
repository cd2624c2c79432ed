/** Every platform by its type. Adding one is its file and a line here. */
import { ecs } from './ecs.js';
import { omnistrate } from './omnistrate.js';
import type { PlatformDefinition } from './platform.js';

export const platforms = {
  ecs,
  omnistrate,
} satisfies Record<string, PlatformDefinition>;
