/** The send permit of a change by AWS's SDK. */
import { checkPermit, type SendPermit } from '../../net/send-permit.js';

/**
 * A middleware for a command that changes capacity. It checks the permit after every step of the SDK that may take
 * long, such as loading the credentials: add it with `lastStep`.
 */
export function afterPermit(permit: SendPermit, name: string) {
  return <Args, Result>(next: (args: Args) => Promise<Result>) =>
    (args: Args): Promise<Result> => {
      checkPermit(permit, name);
      return next(args);
    };
}

/** The position of a middleware that runs directly before the SDK writes the request. */
export const lastStep = { step: 'deserialize', priority: 'low' } as const;
