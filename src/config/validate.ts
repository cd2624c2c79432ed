/** `escapement validate`: every check of a file that needs no network. */
import { inForce, receiverInForce } from './in-force.js';
import { ConfigError, type ConfigProblem } from './problem.js';
import { readConfigFile } from './load.js';
import type { Environment } from './file/placeholders.js';

export interface Validation {
  readonly problems: readonly ConfigProblem[];
  /** What could not be checked on this machine, such as settings whose secrets are not set. */
  readonly warnings: readonly ConfigProblem[];
  /** The settings that apply to each resource, one line per resource. Empty where there are problems. */
  readonly resources: readonly string[];
  /** The receivers of events, one line per receiver. Empty where there are problems. */
  readonly events: readonly string[];
}

export async function validateFile(path: string, environment: Environment, cwd = process.cwd()): Promise<Validation> {
  try {
    const { resources, events = {}, warnings } = await readConfigFile(path, environment, cwd);
    return {
      problems: [],
      warnings,
      resources: Object.values(resources).map(inForce),
      events: Object.entries(events).map(([name, receiver]) => receiverInForce(name, receiver)),
    };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, warnings: [], resources: [], events: [] };
    throw error;
  }
}
