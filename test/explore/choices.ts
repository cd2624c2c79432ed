/** What may happen at each point of a schedule, and who decides which of it does. */

/** Everything that can go otherwise than well is chosen at a point of one of these kinds. */
export type PointKind = 'read' | 'send' | 'fence' | 'pause' | 'message' | 'history' | 'other writer';

export interface Chooser {
  /**
   * Which of the options happens here. The first is what happens when all is well; the first `free` of them are no
   * deviation from that. `where` says more of the point.
   */
  choose(kind: PointKind, options: readonly string[], free: number, where: string): number;
}

/**
 * Replays a beginning, then lets all go well, and notes where it could have gone otherwise. Once as many deviations
 * as the bound allows have happened, there is nothing left to choose.
 */
export class BoundedChooser implements Chooser {
  readonly picks: number[] = [];
  private readonly alternatives: number[] = [];
  private deviationsLeft: number;

  constructor(
    private readonly beginning: readonly number[],
    bound: number,
  ) {
    this.deviationsLeft = bound;
  }

  choose(_kind: PointKind, options: readonly string[], free: number): number {
    const allowed = this.deviationsLeft > 0 ? options.length : free;
    if (allowed < 2) return 0;
    const pick = this.beginning[this.picks.length] ?? 0;
    this.picks.push(pick);
    this.alternatives.push(allowed);
    if (pick >= free) this.deviationsLeft -= 1;
    return pick;
  }

  /** The beginning of the next schedule in order, with at least `fixed` choices kept; undefined after the last. */
  next(fixed: number): number[] | undefined {
    for (let at = this.picks.length - 1; at >= fixed; at -= 1) {
      const pick = this.picks[at] ?? 0;
      if (pick + 1 < (this.alternatives[at] ?? 0)) return [...this.picks.slice(0, at), pick + 1];
    }
    return undefined;
  }

  /** Beginnings that part the schedules other than this one: every first deviation from it. */
  firstDeviations(): number[][] {
    return this.picks.flatMap((_, at) =>
      Array.from({ length: (this.alternatives[at] ?? 1) - 1 }, (_unused, other) => [
        ...this.picks.slice(0, at),
        other + 1,
      ]),
    );
  }
}

/** Reads its choices from a tape of numbers, such as a property test makes; beyond its end all goes well. */
export class TapeChooser implements Chooser {
  private at = 0;

  constructor(private readonly tape: readonly number[]) {}

  choose(_kind: PointKind, options: readonly string[]): number {
    const number = this.tape[this.at] ?? 0;
    this.at += 1;
    return number % options.length;
  }
}
