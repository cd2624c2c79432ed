/**
 * `escapement/lambda`: one evaluation as the handler of an AWS Lambda function, which a schedule calls. It takes the event
 * of the ECS fast autoscaler, and does what `escapement evaluate --once --event` does.
 *
 * Lambda freezes the process between two calls, and a frozen worker would hold tasks of Temporal. So each call starts a
 * worker and stops it again. What remembers between two calls is Temporal.
 */
import { variablesOfEvent } from '../config/environment/event-payload.js';
import { isMapping } from '../config/file/path.js';
import { ConfigError } from '../config/problem.js';
import { evaluateOnce, inWords, type OnceAnswer } from '../cli/role/once.js';
import { prepareRole, type Role } from '../cli/role/role.js';

/** The part of Lambda's context that is read. */
interface Context {
  getRemainingTimeInMillis(): number;
}

/** Without a context, as in a test on a workstation. */
const defaultRemainingMs = 60_000;
/** A change in flight may take this long to be recorded. */
const shutdownGraceMs = 6000;
const deadlineMs = 8000;
/** Remains after the evaluation: the shutdown, and the answer. */
const reserveMs = deadlineMs + 2000;
/** A worker needs about five seconds before it evaluates. */
const leastEvaluationMs = 10_000;

/** The error that Lambda reports as `errorType`, so that its metric of errors and its alarms count the call. */
export class EvaluationError extends Error {
  constructor(readonly answer: OnceAnswer) {
    super(inWords(answer));
    this.name = answer.outcome === 'refused' ? 'EvaluationRefused' : 'EvaluationFailed';
  }
}

let last: Promise<unknown> = Promise.resolve();

/**
 * @param event `config` has settings of the ECS fast autoscaler, which apply in place of the environment. `resource` names
 * one of several resources of an `escapement.yaml`. Other fields, such as those of a schedule, are ignored.
 * @throws EvaluationError if the evaluation failed or was refused; ConfigError if the settings are invalid.
 */
export async function handler(event: unknown, context?: Context): Promise<OnceAnswer> {
  // The settings of an event are variables of the process, and a process has one worker for a task queue.
  const answer = last.then(() => handleAlone(event, context));
  last = answer.catch(() => undefined);
  return answer;
}

async function handleAlone(event: unknown, context: Context | undefined): Promise<OnceAnswer> {
  const remainingMs = context?.getRemainingTimeInMillis() ?? defaultRemainingMs;
  const timeoutMs = remainingMs - reserveMs;
  if (timeoutMs < leastEvaluationMs) {
    const problem = `leaves ${Math.max(0, Math.round(remainingMs / 1000))} s, and an evaluation needs ${(leastEvaluationMs + reserveMs) / 1000} s`;
    throw new ConfigError([{ path: 'the timeout of the function', problem, fix: 'set it to 60 s or more' }]);
  }
  const variables = variablesOfEvent(JSON.stringify(event ?? {}), 'the event', process.env);
  const answer = await withVariables(variables, () => evaluate(event, variables, timeoutMs));
  if (answer.outcome === 'failed' || answer.outcome === 'refused') throw new EvaluationError(answer);
  return answer;
}

/** The next event may have other settings. */
async function withVariables<Result>(
  variables: Readonly<Record<string, string>>,
  run: () => Promise<Result>,
): Promise<Result> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await run();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

async function evaluate(
  event: unknown,
  variables: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<OnceAnswer> {
  let ended: (code: number) => void = () => undefined;
  const hasEnded = new Promise<number>((resolve) => (ended = resolve));
  // Lambda ends the process, and not a signal or the shutdown.
  const outlived = { on: () => process, exit: ended };
  const role = await prepareRole({ deadlineMs, process: outlived, exportsTraces: false });
  try {
    refuseWithoutServer(role);
    refuseSettingsBesideFile(role, variables);
    const resource = isMapping(event) && typeof event['resource'] === 'string' ? event['resource'] : undefined;
    return await evaluateOnce(role, { resource, timeoutMs, shutdownGraceMs });
  } finally {
    role.shutdown.begin('The evaluation has ended', 0);
    await hasEnded;
  }
}

function refuseWithoutServer({ temporal }: Role): void {
  if (temporal.isConfigured) return;
  const problem =
    'is not set. What remembers between two calls is a Temporal server, which a Lambda function cannot run';
  const fix = 'set TEMPORAL_ADDRESS to the address of your Temporal server, such as temporal.internal:7233';
  throw new ConfigError([{ path: 'TEMPORAL_ADDRESS', problem, fix }]);
}

function refuseSettingsBesideFile({ config }: Role, variables: Readonly<Record<string, string>>): void {
  if (config.source !== 'file' || Object.keys(variables).length === 0) return;
  const problem = `has no effect, because ${config.file ?? ''} is read`;
  throw new ConfigError([
    { file: 'the event', path: 'config', problem, fix: 'leave out config, or remove the file from the function' },
  ]);
}
