/** What can be done to a resource. */
import type { ResourceRow } from '../api/answers.js';

export type Action = 'scale' | 'cancel' | 'pause' | 'override' | 'evaluate';

/** What the form of each action receives. */
export interface FormProps {
  readonly row: ResourceRow;
  /** The path of the resource in the API. */
  readonly path: string;
  readonly close: () => void;
}
