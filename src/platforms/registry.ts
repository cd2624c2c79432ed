/** Every platform by its type. Adding one is its file and a line here. */
import { omnistrate } from './omnistrate.js';
import type { PlatformDefinition } from './platform.js';

export const platforms = {
  omnistrate,
} satisfies Record<string, PlatformDefinition>;
