/** The display of the demo: a few lines that are updated in place on a terminal, and plain lines elsewhere. */
import { bounds } from './spike-config.js';

interface Scene {
  readonly seconds: number;
  readonly depth: number;
  readonly units: number;
  readonly emitters: number;
  /** Why it scales or does not scale, in one sentence. */
  readonly reason: string;
}

export interface View {
  /** Prints a permanent line. */
  say(line: string): void;
  /** Updates the current state. */
  show(scene: Scene): void;
  end(): void;
}

export function openView(output: NodeJS.WriteStream): View {
  return output.isTTY ? liveView(output) : plainView(output);
}

const barWidth = 40;
/** The queue depth of a full bar. */
const deepQueue = 400;
const plainEverySeconds = 5;

function liveView(output: NodeJS.WriteStream): View {
  let shownLines = 0;
  const wipe = (): void => {
    if (shownLines > 0) output.write(`\x1b[${shownLines}A\x1b[J`);
    shownLines = 0;
  };
  return {
    say: (line) => {
      wipe();
      output.write(`${line}\n`);
    },
    show: ({ depth, units, emitters, reason }) => {
      const lines = [
        `  queue  ${bar(depth / deepQueue)} ${depth}`,
        `  units  ${'▮'.repeat(units)}${'▯'.repeat(Math.max(0, bounds.max - units))} ${units}`,
        `  load   ${emitters} emitters`,
        `  why    ${reason}`,
      ].map((line) => line.slice(0, widthOf(output) - 1));
      wipe();
      output.write(`${lines.join('\n')}\n`);
      shownLines = lines.length;
    },
    end: wipe,
  };
}

/** Some terminals do not report their width. */
function widthOf({ columns }: NodeJS.WriteStream): number {
  return columns || 80;
}

function plainView(output: NodeJS.WriteStream): View {
  let nextAtSeconds = 0;
  return {
    say: (line) => void output.write(`${line}\n`),
    show: ({ seconds, depth, units, emitters }) => {
      if (seconds < nextAtSeconds) return;
      nextAtSeconds = seconds + plainEverySeconds;
      output.write(`${clock(seconds)}  queue ${depth}, units ${units}, emitters ${emitters}\n`);
    },
    end: () => undefined,
  };
}

export function clock(seconds: number): string {
  return `${seconds.toFixed(1).padStart(5)} s`;
}

function bar(share: number): string {
  const filled = Math.min(barWidth, Math.round(share * barWidth));
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled);
}
