/** What `escapement config show` prints. */
import type { LoadedConfig } from '../config.js';

export interface ShownConfig {
  readonly source: LoadedConfig['source'];
  /** Absent where the configuration comes from the environment. */
  readonly file?: string;
  /** Loads as `escapement.yaml`, and then means the same. Placeholders are not replaced. */
  readonly configuration: ShownDocument;
  readonly resources: readonly ShownResource[];
  readonly warnings: LoadedConfig['warnings'];
}

interface ShownDocument {
  readonly version: 1;
  readonly owner?: unknown;
  readonly modules?: unknown;
  readonly events?: unknown;
  readonly resources: Readonly<Record<string, Fields>>;
}

/** The fields of a resource, as a file contains them. */
export type Fields = Readonly<Record<string, unknown>>;

interface ShownResource {
  readonly resource: string;
  /** Where its fields are set, one sentence. */
  readonly from: string;
  /** The settings in force in one line, with the defaults. */
  readonly inForce: string;
}

/** Fields of one resource, and where they are set. */
export interface FoundFields {
  readonly fields: Fields;
  readonly from: string;
}

/** What a file, or the environment, says in its own words. */
export interface FoundDocument {
  readonly owner?: unknown;
  readonly modules?: unknown;
  readonly events?: unknown;
  readonly resources: Readonly<Record<string, FoundFields>>;
}
