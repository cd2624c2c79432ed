/** What happens in each activity of a run, in the order in which they begin: a schedule that any world can play. */
import type { Chooser, PointKind } from '../explore/choices.js';

export interface ActivityScript {
  readonly message: 'nothing comes' | 'a request comes' | 'a cancellation comes';
  /** Of the first or of the second read. */
  readonly read: { readonly nth: 0 | 1; readonly kind: ScriptedRead } | null;
  readonly send: ScriptedSend;
}

type ScriptedRead = 'fails' | 'shows the resource STARTING' | 'is dated before the last change was sent';

export type ScriptedSend =
  | 'is accepted and applied at once'
  | 'is rejected'
  | 'is lost on the way there'
  | 'is applied, and its answer is lost'
  | 'is applied, and answered with an error'
  | 'is cut off, and applied as late as it may be';

export const quiet: ActivityScript = { message: 'nothing comes', read: null, send: 'is accepted and applied at once' };

export class ScriptedChooser implements Chooser {
  private begun = 0;
  private present = quiet;
  private reads = 0;

  constructor(private readonly scripts: readonly ActivityScript[]) {}

  choose(kind: PointKind, options: readonly string[], _free: number, where: string): number {
    const found = options.indexOf(this.wanted(kind, where));
    return Math.max(0, found);
  }

  private wanted(kind: PointKind, where: string): string {
    switch (kind) {
      case 'message':
        return where.endsWith(' begins') ? this.begin(where) : '';
      case 'read': {
        const { read } = this.present;
        this.reads += 1;
        return read?.nth === this.reads - 1 ? read.kind : '';
      }
      case 'send':
        return this.present.send;
      case 'fence':
      case 'pause':
      case 'history':
      case 'other writer':
        return '';
    }
  }

  private begin(where: string): string {
    this.present = this.scripts[this.begun] ?? quiet;
    this.begun += 1;
    this.reads = 0;
    return messageAt(where, this.present);
  }
}

/** A look that is cancelled is over at once for the run, and goes on for a while in its worker: that has no order. */
export function messageAt(where: string, { message }: ActivityScript): ActivityScript['message'] {
  return message === 'a cancellation comes' && where !== 'as a change begins' ? 'nothing comes' : message;
}
