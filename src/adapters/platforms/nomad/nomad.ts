/** HashiCorp Nomad: the count of one group of a job. A change sets the count, so sending it twice has the effect of once. */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation } from '../../../domain/scale/capacity.js';
import { AdapterError } from '../../net/errors.js';
import { acceptedAnswer, jsonOf } from '../../net/http/answer.js';
import { PooledReads } from '../../net/http/pooled-reads.js';
import { sendOnce } from '../../net/http/send-once.js';
import { withoutSecrets } from '../../net/secrets.js';
import { addressSetting } from '../../net/server-address.js';
import { tlsOptions, tlsSettings } from '../../net/tls.js';
import { asOutcome, asReadError } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, siteOf, textOf } from '../platform.js';
import { checkRefusal } from './refusals.js';

const defaultAddress = 'http://127.0.0.1:4646';

const settings = z.strictObject({
  job: z.string().min(1).optional().describe('ID of the job. Default: the alias of the resource.'),
  group: z.string().min(1).describe('Name of the group, whose `count` is the capacity.'),
  address: addressSetting(['http', 'https'])
    .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), {
      error: 'must not contain a user or a password: set token instead',
    })
    .default(defaultAddress)
    .describe('Address of the HTTP API of any Nomad agent.'),
  namespace: z.string().min(1).default('default').describe('Namespace of the job.'),
  region: z.string().min(1).optional().describe('Region of the job. Default: the region of the agent.'),
  token: z
    .string()
    .min(1)
    .optional()
    .describe('Secret ID of an ACL token, preferably as "${NAME}" or "${file:/path}".'),
  policyOverride: z.boolean().default(false).describe('Override soft-mandatory Sentinel policies (Nomad Enterprise).'),
  tls: tlsSettings.optional(),
});

export const nomad = definePlatform({
  type: 'nomad',
  summary: 'The count of one group of a job on HashiCorp Nomad.',
  settings,
  takesChanges: () => 'shownAtOnce',
  target: (written, of) => {
    const address = textOf(written, 'address') ?? defaultAddress;
    const { namespace = 'default', group } = written;
    const job = textOf(written, 'job') ?? of.resource;
    return [siteOf(address, of), address, textOf(written, 'region'), String(namespace), job, String(group)];
  },
  create: (chosen, context) => new JobGroup(chosen, context),
});

const count = z.int().min(0);

/** `GET /v1/job/:id/scale`. Only the configured group is parsed. */
const statusSchema = z.object({ JobStopped: z.boolean(), TaskGroups: z.record(z.string(), z.unknown()) });

/** Canaries and allocations that have ended are not counted. */
const groupSchema = z.object({ Desired: count, Placed: count, Running: count, Healthy: count, Unhealthy: count });

type GroupStatus = z.output<typeof groupSchema>;

/** The events of all groups are part of the response. Nomad keeps the last 20 of each group. */
const mostBytes = 16 * 1024 * 1024;

class JobGroup implements Platform {
  readonly #resource: string;
  readonly #settings: z.output<typeof settings>;
  readonly #job: string;
  readonly #timeoutMs: number;
  readonly #reads = new PooledReads();

  constructor(chosen: z.output<typeof settings>, { resource, requestTimeoutMs }: PlatformContext) {
    this.#resource = resource;
    this.#settings = chosen;
    this.#job = chosen.job ?? resource;
    this.#timeoutMs = requestTimeoutMs;
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const observedAtMs = Date.now();
    try {
      const { JobStopped, group } = await this.#status(signal);
      const ready = readyOf(group);
      return {
        capacity: group.Desired,
        status: JobStopped ? 'FAILED' : ready >= group.Desired ? 'ACTIVE' : 'STARTING',
        ready,
        observedAtMs,
        details: {
          namespace: this.#settings.namespace,
          job: this.#job,
          group: this.#settings.group,
          ...(JobStopped && { jobStatus: 'stopped' }),
          ...(group.Unhealthy > 0 && { unhealthy: String(group.Unhealthy) }),
        },
      };
    } catch (error) {
      throw asReadError(this.#withoutToken(error), this.#resource, advice);
    }
  }

  async change(
    { from, to, idempotencyKey }: CapacityChange,
    permit: SendPermit,
    signal: AbortSignal,
  ): Promise<ChangeOutcome> {
    const body = {
      Count: to,
      Target: { Job: this.#job, Group: this.#settings.group },
      // `nomad job scaling-events` shows both.
      Message: `Escapement scaled from ${from} to ${to}`,
      Meta: { change: idempotencyKey },
      PolicyOverride: this.#settings.policyOverride,
    };
    const request = this.#request();
    const headers = { ...request.headers, 'Content-Type': 'application/json' };
    try {
      const sent = { ...request, method: 'POST', headers, body: JSON.stringify(body), permit } as const;
      const result = await sendOnce(sent, signal);
      checkRefusal(result);
      acceptedAnswer(result, `POST ${request.url.pathname}`);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(this.#withoutToken(error));
    }
  }

  async close(): Promise<void> {
    this.#reads.close();
  }

  async #status(signal: AbortSignal): Promise<{ readonly JobStopped: boolean; readonly group: GroupStatus }> {
    const request = this.#request();
    const name = `GET ${request.url.pathname}`;
    const result = await this.#reads.read({ ...request, method: 'GET' }, signal);
    checkRefusal(result);
    const { JobStopped, TaskGroups } = parsed(statusSchema, jsonOf(result, name), name);
    const group = Object.entries(TaskGroups).find(([key]) => key === this.#settings.group)?.[1];
    if (group === undefined) {
      throw new AdapterError('missing', `the job ${this.#job} has no group ${this.#settings.group}`);
    }
    return { JobStopped, group: parsed(groupSchema, group, name) };
  }

  #request() {
    const { address, namespace, region, token, tls } = this.#settings;
    const url = new URL(address);
    url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/job/${encodeURIComponent(this.#job)}/scale`;
    url.searchParams.set('namespace', namespace);
    if (region !== undefined) url.searchParams.set('region', region);
    const headers = { Accept: 'application/json', ...(token !== undefined && { 'X-Nomad-Token': token }) };
    return { url, headers, tls: tlsOptions(tls), timeoutMs: this.#timeoutMs, mostBytes };
  }

  #withoutToken(error: unknown): unknown {
    if (!(error instanceof AdapterError)) return error;
    return new AdapterError(error.code, withoutSecrets(error.message, [this.#settings.token]), error);
  }
}

const advice = {
  denied: 'The token needs read-job-scaling and scale-job in the namespace: see docs/platforms/nomad.md.',
  missing: 'Check platform.job, platform.group, platform.namespace and platform.region.',
  notSent: 'Check platform.address, and that the agent runs.',
} as const;

function parsed<Schema extends z.ZodType>(schema: Schema, document: unknown, request: string): z.output<Schema> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
  throw new AdapterError('malformed', `the response to ${request} has an unexpected form (${problems})`);
}

/**
 * Nomad determines the health of allocations for jobs that can have deployments. For other jobs, such as batch jobs,
 * running allocations count as ready.
 */
function readyOf({ Running, Healthy, Unhealthy }: GroupStatus): number {
  return Healthy + Unhealthy > 0 ? Healthy : Running;
}
