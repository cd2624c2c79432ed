/** A problem of something that a person wrote, as data: what is invalid, and how to fix it. */

export interface Problem {
  /** `is above max`. It continues a message that begins with the place of the problem, and never contains a secret. */
  readonly problem: string;
  /** `swap the two, or correct one`. Absent where the problem says enough. */
  readonly fix?: string | undefined;
}

/** `is above max; swap the two, or correct one`. For printing only: no code reads the text. */
export function problemText({ problem, fix }: Problem): string {
  return fix === undefined ? problem : `${problem}; ${fix}`;
}
