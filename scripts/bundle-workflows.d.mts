export function bundleWorkflows(options: {
  readonly folder: string;
  readonly extension: 'ts' | 'js';
  readonly output: string;
  /** With the code that makes the spans of workflows; default: without it. */
  readonly isTraced?: boolean;
}): Promise<void>;
