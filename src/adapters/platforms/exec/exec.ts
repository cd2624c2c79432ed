/** Two programs on the machine of the worker: one prints the size, the other one sets it. */
import { z } from 'zod';
import {
  resourceStatuses,
  type CapacityChange,
  type ChangeOutcome,
  type Observation,
} from '../../../domain/scale/capacity.js';
import { valueInWords } from '../../net/answer-words.js';
import { withFix } from '../../../domain/written/issue.js';
import { AdapterError, type AnswerCode } from '../../net/errors.js';
import { parseJson } from '../../net/json.js';
import { checkPermit } from '../../net/send-permit.js';
import { asOutcome, asReadError } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit } from '../platform.js';
import { fillText, templateSchemas, type TemplateValues } from '../request-template.js';
import { type Command, type CommandEnd, mostOutputBytes, runCommand } from './command.js';

const program = z
  .string()
  .regex(/^\/[^{}]+$/, { error: 'must be the absolute path of a program, without placeholders' });

type Words = readonly [string, ...string[]];

const settings = z.strictObject({
  observe: z
    .tuple([program], templateSchemas(['resource']).text)
    .describe(
      'Absolute path of the program that prints the size, and its arguments. Placeholder: `{{resource}}`. The program ' +
        'prints a whole number, or JSON with `capacity`, and optionally `ready` and `status`.',
    ),
  set: z
    .tuple([program], templateSchemas(['resource', 'from', 'to', 'key']).text)
    .refine((words) => words.some((word) => /\{\{\s*to\s*\}\}/.test(word)), {
      error: withFix('does not pass on the size', "give '{{to}}' as one of the arguments"),
    })
    .describe(
      'Absolute path of the program that sets the size, and its arguments. Placeholders: `{{to}}` (the size, required), ' +
        '`{{from}}`, `{{resource}}`, `{{key}}`.',
    ),
});

export const exec = definePlatform({
  type: 'exec',
  summary: 'Two programs on the machine of the worker, one of which prints the size and the other one sets it.',
  settings,
  takesChanges: () => 'anyTime',
  target: ({ set }, { resource, taskQueue }) => {
    const written = JSON.stringify(set ?? null);
    return [taskQueue, written.replaceAll(/\{\{\s*resource\s*\}\}/g, () => resource)];
  },
  create: (chosen, context) => new ScriptedPool(chosen, context),
});

/** The codes of sysexits.h with which a program reports that it has changed nothing. */
const exitCodes: Readonly<Record<number, { readonly code: AnswerCode; readonly means: string }>> = {
  64: { code: 'invalid', means: 'the request is not supported' },
  65: { code: 'refused', means: 'the size is refused' },
  66: { code: 'missing', means: 'there is no such resource' },
  75: { code: 'throttled', means: 'try again later' },
  77: { code: 'denied', means: 'permission denied' },
};

const outputSchema = z.strictObject({
  capacity: z.int().min(0),
  ready: z.int().min(0).optional(),
  status: z.enum(resourceStatuses).optional(),
});

/**
 * The whole environment of a program, from the worker. The configuration cannot add to it: with variables such as
 * LD_PRELOAD, an allowed program would run any code.
 */
const inherited = ['PATH', 'HOME', 'LANG', 'TZ'];

class ScriptedPool implements Platform {
  readonly #resource: string;
  readonly #settings: z.output<typeof settings>;
  readonly #timeoutMs: number;
  readonly #allowed: readonly string[];

  constructor(
    chosen: z.output<typeof settings>,
    { resource, requestTimeoutMs, allowedPrograms = [] }: PlatformContext,
  ) {
    this.#resource = resource;
    this.#settings = chosen;
    this.#timeoutMs = requestTimeoutMs;
    this.#allowed = allowedPrograms;
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const observedAtMs = Date.now();
    try {
      const command = this.#commandOf(this.#settings.observe, {});
      const [program] = command.words;
      const end = await runCommand({ ...command, output: 'read' }, signal);
      const { capacity, ready, status } = sizeIn(outputOf(program, end, this.#timeoutMs), program);
      const isStarting = ready !== undefined && ready < capacity;
      return {
        capacity,
        status: status ?? (isStarting ? 'STARTING' : 'ACTIVE'),
        ...(ready !== undefined && { ready }),
        observedAtMs,
      };
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  async change(
    { from, to, idempotencyKey }: CapacityChange,
    permit: SendPermit,
    signal: AbortSignal,
  ): Promise<ChangeOutcome> {
    try {
      const command = this.#commandOf(this.#settings.set, { from, to, key: idempotencyKey });
      const [program] = command.words;
      checkPermit(permit, program);
      outputOf(program, await runCommand({ ...command, output: 'discarded' }, signal), this.#timeoutMs);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  /** @throws AdapterError if this process may not run the program. */
  #commandOf([program, ...args]: Words, values: TemplateValues): Omit<Command, 'output'> {
    if (!this.#allowed.includes(program)) {
      throw new AdapterError('denied', `this process may not run ${program}: ESCAPEMENT_ALLOW_EXEC does not list it`);
    }
    const all = { ...values, resource: this.#resource };
    const kept = inherited.flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
    );
    return {
      words: [program, ...args.map((argument) => fillText(argument, all))],
      environment: Object.fromEntries(kept),
      timeoutMs: this.#timeoutMs,
    };
  }
}

const advice = {
  denied: 'Set ESCAPEMENT_ALLOW_EXEC in the environment of the worker, and check the permissions of the program.',
  missing: 'Check platform.observe.',
  notSent: 'Check that the program exists on the machine of the worker, and that the worker may execute it.',
  failed: 'Run the program in a shell to see its error.',
  malformed: 'docs/platforms/exec.md describes the output.',
  timeout: 'Raise requestTimeout, or make the program faster.',
} as const;

/**
 * The standard output of a program that succeeded. Its arguments and its output may contain secrets, so no message
 * contains them.
 * @throws AdapterError
 */
function outputOf(program: string, end: CommandEnd, timeoutMs: number): string {
  switch (end.kind) {
    case 'notStarted':
      throw new AdapterError('notSent', `${program} was not started (${end.reason})`);
    case 'killed':
      throw killed[end.cause](program, timeoutMs);
    case 'exited': {
      if (end.code === 0) return end.output;
      const { code, means } = exitCodes[end.code] ?? { code: 'failed' as const, means: 'it failed' };
      throw new AdapterError(code, `${program} exited with code ${end.code} (${means})`);
    }
  }
}

const killed = {
  signal: (program: string) => new AdapterError('failed', `${program} was ended by a signal`),
  timeout: (program: string, timeoutMs: number) =>
    new AdapterError('timeout', `${program} did not exit within ${timeoutMs} ms, and was killed`),
  stopped: (program: string) => new AdapterError('stopped', `${program} was killed, because the worker stops`),
  tooMuchOutput: (program: string) =>
    new AdapterError('malformed', `${program} printed more than ${mostOutputBytes} bytes, and was killed`),
} as const;

function sizeIn(output: string, program: string): z.output<typeof outputSchema> {
  const printed = parseJson(output.trim());
  const parsed = outputSchema.safeParse(typeof printed === 'number' ? { capacity: printed } : printed);
  if (parsed.success) return parsed.data;
  const what = printed === undefined ? valueInWords(output.trim()) : valueInWords(printed);
  throw new AdapterError(
    'malformed',
    `${program} printed ${what}, which is neither a whole number nor JSON with a capacity`,
  );
}
