/** `escapement tune`: better numbers for the settings of a resource, from recorded signals. */
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import {
  type Autoscaled,
  type BacktestDependencies,
  backtestOf,
  chooseResource,
  readRecording,
} from '../../backtest/prepare.js';
import { type ObjectiveName, objectiveNames, objectives } from '../../backtest/tune/figures.js';
import { tune } from '../../backtest/tune/tune.js';
import { loadConfig } from '../../config/load.js';
import { ConfigError, nothingConfigured } from '../../config/problem.js';
import { count } from '../arguments.js';
import { exitCodes, prose } from '../terminal.js';
import { type ParsedRecording, recordingFrom, withRecording } from './recording-options.js';
import { answerFrom, type TuneAnswer } from './tune-answer.js';
import { renderTuning } from './tune-table.js';

interface CommandContext extends BacktestDependencies {
  readonly write: (text: string) => void;
  /** For progress. */
  readonly terminal: { readonly isTTY?: boolean; write(text: string): unknown };
}

interface Options extends ParsedRecording {
  readonly config?: string;
  readonly objective: ObjectiveName;
  readonly max: number;
  readonly output: 'table' | 'json' | 'yaml';
  readonly json?: true;
}

const ofThisProcess: CommandContext = {
  environment: process.env,
  cwd: process.cwd(),
  write: (text) => process.stdout.write(text),
  terminal: process.stderr,
};

const definitions = objectiveNames.map((name) => `${name}: ${objectives[name].words}.`);

/** The action throws BacktestError or ConfigError. */
export function tuneCommand(context: CommandContext = ofThisProcess): Command {
  const command = new Command('tune')
    .summary('find better numbers for the policies of a resource, from recorded signals')
    .description(
      prose(`
Replays recorded signals through the autoscaling of a resource again and again, with the code that scales in production,
and varies one number at a time around the one in force: the numbers of the policies (such as target, scaleInBelow, up.at
and up.add), the stabilization windows of behavior, step and cooldown. A number that is not set or zero stays as it is,
and so do min, max, schedules and durations of averages. It changes nothing.

It prints the settings in force and the settings that no others beat in every figure: unit hours, the time below need, and
the number of changes. The time below need is how long fewer units existed than the policies in force need for the same
signals, within min and max. Then it prints, for one objective, the YAML with the fields that differ. The recordings and
their options are those of escapement backtest.

${definitions.join('\n\n')}

Exit code 0: better settings were found for the objective; 3: none better than those in force; 2: the configuration or the
recording is invalid, or nothing can be tuned.`),
    )
    .argument('[resource]', 'the resource; required when several resources have autoscale:')
    .option('-c, --config <file>', 'the configuration; default: the one that the other commands would use');
  return withRecording(command)
    .addOption(
      new Option('--objective <objective>', 'what the settings are picked for')
        .choices(objectiveNames)
        .default('balanced'),
    )
    .option('--max <trials>', 'how many settings to try at most, with those in force', count, 200)
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'yaml']).default('table'))
    .option('--json', 'the same as -o json')
    .addHelpText(
      'after',
      `
Examples:
  escapement tune worker --signal waiting=monday.csv --ready-after 90s
  escapement tune worker --arrivals arrivals.csv --service-rate 2 --ready-after 90s --objective cost`,
    )
    .action((resource: string | undefined, options: Options) => run(resource, options, context));
}

async function run(alias: string | undefined, options: Options, context: CommandContext): Promise<void> {
  const { environment, cwd, write } = context;
  const config = await loadConfig(
    { ...environment, ...(options.config && { ESCAPEMENT_CONFIG: options.config }) },
    cwd,
  );
  if (config.source === 'demo') throw new ConfigError([nothingConfigured]);
  const file = config.file ?? 'environment';
  const resource = chooseResource(Object.values(config.resources), { alias, by: 'with escapement tune NAME', file });
  const recorded = recordingFrom(options);
  const backtest = backtestOf(resource, await readRecording(recorded, cwd), recorded, file);
  const progress = new Progress(context.terminal, options.max);
  const result = tune(backtest, { max: options.max, onTrial: (trials) => progress.show(trials) });
  progress.end(result.trials);
  const answer = answerFrom(result, options.objective, placeOf(resource));
  write(textOf(answer, options));
  if (!answer.picked.isBetter) process.exitCode = exitCodes.noChange;
}

function placeOf({ writtenPolicy }: Autoscaled): string | undefined {
  const place = writtenPolicy?.place;
  return place ? `${place.file}:${place.line}` : undefined;
}

function textOf(answer: TuneAnswer, { json, output }: Options): string {
  if (json || output === 'json') return `${JSON.stringify(answer)}\n`;
  return output === 'yaml' ? stringify(answer, { lineWidth: 0 }) : renderTuning(answer);
}

/** One line on a terminal, written again at most ten times a second. It says at the end how fast the trials were. */
class Progress {
  private readonly startedAtMs = performance.now();
  private shownAtMs = 0;

  constructor(
    private readonly terminal: CommandContext['terminal'],
    private readonly max: number,
  ) {}

  show(trials: number): void {
    const nowMs = performance.now();
    if (this.terminal.isTTY !== true || nowMs - this.shownAtMs < 100) return;
    this.shownAtMs = nowMs;
    this.terminal.write(`\r${trials} of at most ${this.max} trials, ${this.rate(trials)} a second`);
  }

  end(trials: number): void {
    const clear = this.terminal.isTTY === true ? '\r\u001B[K' : '';
    const seconds = ((performance.now() - this.startedAtMs) / 1000).toFixed(1);
    this.terminal.write(`${clear}${trials} trials in ${seconds} s: ${this.rate(trials)} a second\n`);
  }

  private rate(trials: number): string {
    const rate = trials / Math.max(0.001, (performance.now() - this.startedAtMs) / 1000);
    return rate.toFixed(rate < 10 ? 1 : 0);
  }
}
