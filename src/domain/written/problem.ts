/** A problem in a value that a person wrote, as data: the problem, and how to fix it. */

export interface Problem {
  /** `is above max`. It continues a message that begins with the place of the problem, and never contains a secret. */
  readonly problem: string;
  /** `lower min, or raise max`. Absent where the problem says enough. */
  readonly fix?: string | undefined;
}

/** `is above max; lower min, or raise max`. For printing only: no code reads the text. */
export function problemText({ problem, fix }: Problem): string {
  return fix === undefined ? problem : `${problem}; ${fix}`;
}
