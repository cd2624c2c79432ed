/** The failure types that only move an activity from one worker to another. These failures need no attention. */

/** The worker that ran the activity reports this type when the worker stops. */
export const handedOver = 'HandedOver';
/** Another worker reports this type when the worker that ran the activity is dead. */
export const takenOver = 'TakenOver';

/** The SDK uses the last type for an activity that a worker interrupts at shutdown. */
export const handedOnTypes: readonly string[] = [handedOver, takenOver, 'WorkerShutdown'];
