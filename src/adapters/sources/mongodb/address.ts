/** Addresses of MongoDB, which may have several hosts, as no URL has. */
import { z } from 'zod';

const form = /^mongodb(?:\+srv)?:\/\/[^/?@#\s]+\/?$/;

/** Its error messages never repeat the value, which may contain a password. */
export const mongoAddress = z.string().superRefine((text, issues) => {
  const problem = problemOf(text);
  if (problem !== undefined) issues.addIssue({ code: 'custom', message: problem });
});

function problemOf(text: string): string | undefined {
  if (form.test(text)) return undefined;
  if (!/^mongodb(\+srv)?:\/\//.test(text)) return 'must begin with mongodb:// or mongodb+srv://';
  if (text.includes('@'))
    return 'has a user name or password, which is not supported. Set username and password instead.';
  if (text.includes('?')) {
    return 'has parameters after the ?, which are not supported. Set replicaSet, authSource, readPreference and tls instead.';
  }
  return 'is not an address like mongodb://host:27017. Set database instead of a path.';
}
