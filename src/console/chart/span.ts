/** A stretch of time, in seconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}
