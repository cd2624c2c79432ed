/** A number on its way through the stages, with each change that a stage made. */
import { limitNames, type Limit, type LimitName } from './evaluation.js';

export class LimitChain {
  readonly limits: Limit[] = [];

  constructor(public number: number) {}

  move(by: LimitName, to: number, reason: string): void {
    if (to === this.number) return;
    this.limits.push({ by, from: this.number, to, reason });
    this.number = to;
  }

  raise(by: LimitName, floor: number, reason: string): void {
    this.move(by, Math.max(this.number, floor), reason);
  }

  lower(by: LimitName, ceiling: number, reason: string): void {
    this.move(by, Math.min(this.number, ceiling), reason);
  }

  get limitedBy(): LimitName[] {
    if (this.limits.length === 0) return [];
    return limitNames.filter((name) => this.limits.some(({ by }) => by === name));
  }
}
