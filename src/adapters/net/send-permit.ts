/** Leave to send one change, given a moment ago and valid for a short time: see docs/decisions/0004. */
import { AdapterError } from './errors.js';

export interface SendPermit {
  isValid(): boolean;
}

/**
 * The last thing that an adapter does before it writes.
 * @throws AdapterError
 */
export function checkPermit(permit: SendPermit, name: string): void {
  if (!permit.isValid()) throw new AdapterError('notSent', `${name} was not sent: the send permit expired`);
}
