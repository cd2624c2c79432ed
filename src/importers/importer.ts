/** The contract of an importer: it reads the documents of another autoscaler, and returns resources and a report. */
import type { Path } from '../config/file/path.js';

/** One document of the input, such as one of a file with several, or one item of a `List`. */
export interface Manifest {
  /** `hpa.yaml, document 2`. */
  readonly place: string;
  readonly value: unknown;
  /** The comment above a value, or at the end of its line. Empty path: above the document. */
  readonly commentAt: (path: Path) => string | undefined;
  /** The lines of comments that `commentAt` has not returned, once for a document with several items. */
  readonly commentsLeft?: () => readonly string[];
}

export interface Report {
  /** The names of the resources. */
  readonly resources: readonly string[];
  /** What has no effect on scaling and was left out, and what behaves differently. */
  readonly warnings: readonly Warning[];
  /** What affects scaling and was not carried over. */
  readonly unsupported: readonly Unsupported[];
}

export interface Warning {
  readonly path: string;
  readonly message: string;
}

export interface Unsupported {
  readonly path: string;
  readonly what: string;
  readonly why: string;
}

/** A comment in the written file, above a value (`above`) or at the end of its line (`after`). */
export interface Comment {
  /** Relative to the resource. */
  readonly path: Path;
  readonly above?: string | undefined;
  readonly after?: string | undefined;
}

export interface ImportedResource {
  readonly alias: string;
  /** The fields as escapement.yaml names them. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly comments: readonly Comment[];
}

export interface Imported extends Omit<Report, 'resources'> {
  readonly resources: readonly ImportedResource[];
}

/** Objects of a cluster, which `--from-cluster` reads. */
export interface ClusterKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** Only this object of this namespace, which need not exist. Absent: all objects of the chosen namespaces. */
  readonly name?: string;
  readonly namespace?: string;
  /** The objects are in no namespace. */
  readonly isClusterWide?: true;
  /** What happens without the objects if they may not be read. Absent: they are required. */
  readonly purpose?: string;
}

export interface Importer {
  /** What follows `escapement import`. */
  readonly kind: string;
  readonly summary: string;
  /**
   * From the text of a file to its documents; `readManifests` if absent.
   * @throws ImportError if the text cannot be read.
   */
  readonly read?: (file: string, text: string) => readonly Manifest[] | Promise<readonly Manifest[]>;
  /** What `--from-cluster` reads. Absent: the kind is not in a cluster of Kubernetes. */
  readonly cluster?: readonly ClusterKind[];
  /** @throws ImportError where a document is invalid. */
  readonly convert: (manifests: readonly Manifest[]) => Imported;
}

/** The input cannot be read, or is not a document of this kind. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly code = 'IMPORT_INVALID';
}
