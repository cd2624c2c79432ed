/** The contract of an exporter: it turns resources into the documents of another autoscaler, and reports the rest. */
import type { ResourceConfig } from '../config/config.js';
import type { Fields } from '../importers/fields.js';
import type { Report, Unsupported, Warning } from '../importers/importer.js';

/** One resource of the configuration. */
export interface Source {
  readonly alias: string;
  /** As written, with the fields of `defaults`. What no exporter reads is in the report. Placeholders are not replaced. */
  readonly fields: Fields;
  /** As loaded, with the defaults. */
  readonly config: ResourceConfig;
}

export interface Exported extends Omit<Report, 'resources'> {
  /** Empty: the resource cannot be exported, and `unsupported` says why. */
  readonly documents: readonly unknown[];
}

export interface Exporter {
  /** What follows `escapement export`. */
  readonly kind: string;
  readonly summary: string;
  readonly convert: (source: Source) => Exported;
  /** All documents of all resources as one file. */
  readonly write: (documents: readonly unknown[]) => string;
}

/** The configuration has no such resource, or there is no exporter of this kind. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly code = 'EXPORT_INVALID';
}

/** Collects what the report of one resource says. */
export class Remarks {
  readonly warnings: Warning[] = [];
  readonly unsupported: Unsupported[] = [];

  warn(field: Fields, message: string): void {
    this.warnings.push({ path: field.place.trim(), message });
  }

  /** A signal that only a policy without an equivalent follows. */
  leaveOut(signal: Fields): void {
    signal.take();
    this.warn(signal, 'is left out with the policy that follows it');
  }

  /** What was exported, and what the report says. */
  about(documents: readonly unknown[]): Exported {
    return { documents, warnings: this.warnings, unsupported: this.unsupported };
  }

  /** The field and all below it count as read, so that the report names them once. */
  drop(field: Fields, what: string, why: string): void {
    field.take();
    this.unsupported.push({ path: field.place.trim(), what, why });
  }
}
