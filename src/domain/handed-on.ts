/** The types of failures that only pass an activity on from one worker to the next: nobody need know of them. */

/** By the worker that had it, which stops. */
export const handedOver = 'HandedOver';
/** By another one, because that is dead. */
export const takenOver = 'TakenOver';

/** The last one is the SDK's, for an activity that its worker has broken off. */
export const handedOnTypes: readonly string[] = [handedOver, takenOver, 'WorkerShutdown'];
