/** The answer of `escapement tune` as data. */
import { formatPath } from '../../config/file/path.js';
import { type ObjectiveName, objectiveNames, objectives } from '../../backtest/tune/figures.js';
import { pasteText } from '../../backtest/tune/paste.js';
import type { TriedSettings, TuneResult } from '../../backtest/tune/tune.js';

export interface TuneAnswer {
  readonly resource: string;
  readonly recordedSeconds: number;
  readonly evaluations: number;
  readonly trials: number;
  readonly isComplete: boolean;
  readonly numbers: TuneResult['numbers'];
  readonly warnings: readonly string[];
  /** The settings in force, and those that no others beat in every figure, by unit hours. */
  readonly settings: readonly SettingsRow[];
  readonly picked: {
    readonly objective: ObjectiveName;
    readonly definition: string;
    /** False: the settings in force are the best that were tried. */
    readonly isBetter: boolean;
    /** YAML with the fields that differ. Null: none does. */
    readonly yaml: string | null;
  };
}

export interface SettingsRow {
  readonly isInForce: boolean;
  /** The objectives that pick these settings. */
  readonly pickedFor: readonly ObjectiveName[];
  readonly isOnFront: boolean;
  readonly changed: readonly {
    readonly field: string;
    readonly from: string | number | null;
    readonly to: string | number;
    readonly isOutermost: boolean;
  }[];
  readonly unitHours: number;
  readonly belowNeedSeconds: number;
  readonly changes: number;
  readonly scaleUps: number;
  readonly scaleDowns: number;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly largestBacklog: number | null;
}

/** @param place where the policies in force are written; undefined: not in a file. */
export function answerFrom(result: TuneResult, objective: ObjectiveName, place: string | undefined): TuneAnswer {
  const { resource, evaluations, trials, isComplete, numbers, warnings, inForce, front, best } = result;
  const picked = best[objective];
  const isBetter = picked !== inForce;
  const heading = `${objective}: what differs from ${place ?? 'the settings in force'}`;
  return {
    resource,
    recordedSeconds: result.recordedMs / 1000,
    evaluations,
    trials,
    isComplete,
    numbers,
    warnings,
    settings: [...(front.includes(inForce) ? [] : [inForce]), ...front].map((settings) => rowOf(settings, result)),
    picked: {
      objective,
      definition: objectives[objective].words,
      isBetter,
      yaml: isBetter ? pasteText(resource, picked.tuned, picked.changed, heading) : null,
    },
  };
}

function rowOf(settings: TriedSettings, { inForce, front, best }: TuneResult): SettingsRow {
  const { underProvisionedSeconds, ...figures } = settings.summary;
  return {
    isInForce: settings === inForce,
    pickedFor: objectiveNames.filter((name) => best[name] === settings),
    isOnFront: front.includes(settings),
    changed: settings.changed.map(({ path, ...numbers }) => ({ field: formatPath(path), ...numbers })),
    ...figures,
    belowNeedSeconds: underProvisionedSeconds,
  };
}
