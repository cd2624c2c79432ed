/** Reads files that contain the environment of a program: assignments, or any YAML or JSON. */
import { parseAllDocuments } from 'yaml';
import { Comments } from '../comments.js';
import { valueOf } from '../manifests.js';
import type { Manifest } from '../importer.js';
import { isAssignments, readAssignments } from './assignments.js';

/** @throws ImportError if the text cannot be read. */
export function readEnvironmentFile(file: string, text: string): readonly Manifest[] {
  if (isAssignments(text)) return [{ place: file, value: readAssignments(file, text), commentAt: () => undefined }];
  // A tag such as `!Ref` of CloudFormation is no error here.
  const documents = parseAllDocuments(text, { merge: true, logLevel: 'error' });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document, index) => {
    const place = documents.length === 1 ? file : `${file}, document ${index + 1}`;
    const value = valueOf(document, place);
    if (value === null || value === undefined) return [];
    const comments = new Comments(document);
    return [{ place, value, commentAt: (path) => comments.at(path), commentsLeft: () => comments.left() }];
  });
}
