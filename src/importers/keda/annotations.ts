/** The annotations of a ScaledObject that pause it or keep it awake. */
import type { Fields } from '../fields.js';
import type { Notes } from './notes.js';

const prefix = 'autoscaling.keda.sh/';

export interface Annotated {
  /** A pause cannot be written in a file: until it is set over the API, Escapement must change nothing. */
  readonly isPaused: boolean;
  readonly isKeptAwake: boolean;
}

export function annotatedOf(annotations: Fields, notes: Notes): Annotated {
  const replicas = annotations.at(`${prefix}paused-replicas`);
  const paused = annotations.at(`${prefix}paused`);
  const pauses = [
    { field: replicas, isSet: replicas.isPresent, request: overrideOf(replicas) },
    { field: paused, isSet: isTrue(paused) && !replicas.isPresent, request: pauseOf('both') },
    ...(['in', 'out'] as const).map((way) => {
      const field = annotations.at(`${prefix}paused-scale-${way}`);
      return { field, isSet: isTrue(field), request: pauseOf(way === 'in' ? 'down' : 'up') };
    }),
  ];
  for (const { field, isSet, request } of pauses) {
    if (isSet)
      notes.drop(field.place, 'the pause', `${request}, and then remove dryRun. Until then dryRun changes nothing`);
    else if (field.isPresent) notes.warn(field.place, 'is left out: it pauses nothing');
    field.take();
  }
  const force = annotations.at(`${prefix}force-activation`);
  if (force.isPresent)
    notes.warn(force.place, isTrue(force) ? 'became a min above 0, without idle' : 'is left out: it has no effect');
  warnOfOwnership(annotations, notes);
  const isKeptAwake = isTrue(force);
  force.take();
  return { isPaused: pauses.some(({ isSet }) => isSet), isKeptAwake };
}

function pauseOf(direction: 'both' | 'down' | 'up'): string {
  const body = direction === 'both' ? '' : ` with {"direction":"${direction}"}`;
  return `a pause is set over the API: PUT /v1/resources/{resource}/pause${body}`;
}

function overrideOf(replicas: Fields): string {
  const count = replicas.isPresent ? String(replicas.take()) : '';
  if (replicas.isPresent && !/^\d+$/.test(count)) throw replicas.invalid('is not a whole number');
  return `it is set over the API: PUT /v1/resources/{resource}/override with {"capacity":${count}}`;
}

/** As KEDA reads it: a text that is not a truth value counts as true. */
function isTrue(annotation: Fields): boolean {
  return annotation.isPresent && !/^(?:0|f|F|false|FALSE|False)$/.test(String(annotation.take()));
}

function warnOfOwnership(annotations: Fields, notes: Notes): void {
  const transfer = annotations.at('scaledobject.keda.sh/transfer-hpa-ownership');
  if (!transfer.isPresent) return;
  transfer.take();
  notes.warn(transfer.place, 'is left out: delete the HPA whose ownership KEDA took over, too');
}
