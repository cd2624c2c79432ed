/** Collects the report of an import while it goes on. */
import type { Unsupported, Warning } from '../importer.js';

export class Notes {
  readonly warnings: Warning[] = [];
  readonly unsupported: Unsupported[] = [];

  /** What behaves differently, or has no effect on scaling. The message continues the path: `is not set`. */
  warn(path: string, message: string): void {
    if (this.warnings.some((other) => other.path === path && other.message === message)) return;
    this.warnings.push({ path, message });
  }

  /** What affects scaling and was not carried over. */
  drop(path: string, what: string, why: string): void {
    this.unsupported.push({ path, what, why });
  }
}
