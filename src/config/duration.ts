/** The configuration reads durations as policies do. */
export { duration, durationText, parseDuration, positiveDuration } from '../domain/written/duration.js';
