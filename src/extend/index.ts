/** What `import ... from 'escapement/extend'` offers: platforms, sources and policies of one's own. */
import type { z } from 'zod';
import type { CustomPlatform } from '../adapters/platforms/custom.js';
import type { CustomSource } from '../adapters/sources/custom.js';
import type { CustomPolicy } from '../domain/policies/custom.js';

/** What a module named in `modules:` exports as its default: one of these, or a list of them. */
export type Extension =
  | { readonly kind: 'platform'; readonly definition: CustomPlatform }
  | { readonly kind: 'source'; readonly definition: CustomSource }
  | { readonly kind: 'policy'; readonly definition: CustomPolicy };

/** A platform: how the capacity of a resource is read and changed. Every change is sent once. */
export function definePlatform<Settings extends z.ZodObject>(definition: CustomPlatform<Settings>): Extension {
  return { kind: 'platform', definition: definition as unknown as CustomPlatform };
}

/** A source: where a signal is sampled. */
export function defineSource<Settings extends z.ZodObject>(definition: CustomSource<Settings>): Extension {
  return { kind: 'source', definition: definition as unknown as CustomSource };
}

/** A policy: a pure function from a signal and the units to a capacity, with the reason. */
export function definePolicy<Settings extends z.ZodObject>(definition: CustomPolicy<Settings>): Extension {
  return { kind: 'policy', definition: definition as unknown as CustomPolicy };
}

/** The schemas of settings. Any other copy of zod 4 works too. */
export { z } from 'zod';
export type {
  CustomChangeContext,
  CustomObservation,
  CustomPlatform,
  CustomPlatformContext,
  CustomResource,
} from '../adapters/platforms/custom.js';
export type { CustomSampler, CustomSource, DatedSample } from '../adapters/sources/custom.js';
export type { CustomAdvice, CustomPolicy, CustomPolicyInput } from '../domain/policies/custom.js';
export type { CapacityChange, ChangeOutcome } from '../domain/scale/capacity.js';
