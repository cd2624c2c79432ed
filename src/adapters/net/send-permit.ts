/**
 * Permit to send one change. It is issued just before the change and is valid for a short time: see
 * docs/decisions/0004.
 */
import { AdapterError } from './errors.js';

export interface SendPermit {
  isValid(): boolean;
}

/**
 * The last check of an adapter before it writes.
 * @throws AdapterError
 */
export function checkPermit(permit: SendPermit, name: string): void {
  if (!permit.isValid()) throw new AdapterError('notSent', `${name} was not sent: send permit expired`);
}
