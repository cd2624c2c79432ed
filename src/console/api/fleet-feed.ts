/** The rows of the fleet: loaded page by page, and then kept up to date by the events of the server. */
import { Store } from '../store.js';
import type { ResourceRow, ResourcesAnswer } from './answers.js';
import { ApiProblem, asProblem, call } from './call.js';
import { connection, pause, waitBeforeRetryMs } from './connection.js';
import { readEvents, type ServerEvent } from './event-stream.js';
import { isTokenWanted } from './token.js';

export interface Fleet {
  /** Null before the first answer. */
  readonly rows: readonly ResourceRow[] | null;
  readonly total: number;
  readonly needsAttention: number;
  /** Everything is simulated, because nothing is configured. */
  readonly isDemo: boolean;
  /** Why the query was refused; null while it is not. */
  readonly refused: ApiProblem | null;
  /** When each row changed last, in milliseconds. */
  readonly changedAtMs: ReadonlyMap<string, number>;
}

/** The rows that a filter finds, or one resource by its name. */
export type FleetQuery = { readonly q: string; readonly sort: string } | { readonly resource: string };

const rowsInPage = 200;
const nothing: Fleet = {
  rows: null,
  total: 0,
  needsAttention: 0,
  isDemo: false,
  refused: null,
  changedAtMs: new Map(),
};

export class FleetFeed {
  readonly fleet: Store<Fleet>;
  readonly #stopping = new AbortController();
  #arrived: ResourceRow[] = [];
  #frame = 0;
  #isLoading = false;
  #lastEventId: string | null = null;

  /** @param shown the rows of another query, which are shown until the first answer. */
  constructor(
    private readonly query: FleetQuery,
    shown: Fleet = nothing,
  ) {
    this.fleet = new Store(shown);
  }

  start(): void {
    void this.#run(this.#stopping.signal);
  }

  stop(): void {
    this.#stopping.abort();
    cancelAnimationFrame(this.#frame);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const isStopped = () => signal.aborted;
    for (let failures = 1; !isStopped(); failures += 1) {
      const opened = () => {
        failures = 0;
        if (this.#lastEventId !== null) connection.set({ state: 'live' });
      };
      const problem = await this.#follow(signal, opened).catch(asProblem);
      if (!isStopped()) await this.#wait(problem, failures, signal);
    }
  }

  /** Until the connection is lost. The next stream resumes after the last event of this one. */
  async #follow(stopping: AbortSignal, opened: () => void): Promise<ApiProblem> {
    const lost = new AbortController();
    const signal = AbortSignal.any([stopping, lost.signal]);
    let problem = new ApiProblem('The connection was lost', 'The stream of changes has ended.', null);
    const take = (event: ServerEvent) => {
      this.#lastEventId = event.id;
      if (event.type === 'resource') this.#take(JSON.parse(event.data) as ResourceRow);
      if (event.type === 'status') showStatus(JSON.parse(event.data) as StatusEvent);
      if (event.type !== 'reset') return;
      this.#load(signal).catch((error: unknown) => {
        problem = asProblem(error);
        this.#lastEventId = null;
        lost.abort();
      });
    };
    await readEvents(eventsPath(this.query), { lastEventId: this.#lastEventId, signal, opened }, take);
    return problem;
  }

  /** The stream begins with this; what arrives meanwhile is newer, and is applied after it. */
  async #load(signal: AbortSignal): Promise<void> {
    this.#isLoading = true;
    await this.#loadPages(signal).finally(() => (this.#isLoading = false));
    connection.set({ state: 'live' });
    if (this.#arrived.length > 0) this.#apply();
  }

  async #loadPages(signal: AbortSignal): Promise<void> {
    const rows: ResourceRow[] = [];
    let path: string | null = `/v1/resources?${parameters(this.query)}`;
    while (path !== null) {
      // Annotated, because the type of `path` depends on it.
      const page: ResourcesAnswer = await call<ResourcesAnswer>(path, { signal });
      rows.push(...page.resources);
      path = page.next;
      const { total, needsAttention, isDemo } = page;
      const changedAtMs = this.#changedAtMs(page.resources);
      this.fleet.set({ rows: [...rows], total, needsAttention, isDemo, refused: null, changedAtMs });
    }
  }

  #take(row: ResourceRow): void {
    this.#arrived.push(row);
    // All that arrives between two frames is drawn at once.
    if (this.#arrived.length === 1) this.#frame = requestAnimationFrame(() => this.#apply());
  }

  #apply(): void {
    if (this.#isLoading) return;
    const arrived = new Map(this.#arrived.map((row) => [row.resource, row]));
    this.#arrived = [];
    const { rows, ...rest } = this.fleet.value;
    if (rows === null) return;
    const changedAtMs = this.#changedAtMs([...arrived.values()]);
    let needsAttention = rest.needsAttention;
    const next = rows.map((row) => {
      const newer = arrived.get(row.resource);
      if (!newer) return row;
      needsAttention += Number(newer.attention.length > 0) - Number(row.attention.length > 0);
      return newer;
    });
    this.fleet.set({ ...rest, rows: next, needsAttention, changedAtMs });
  }

  #changedAtMs(newer: readonly ResourceRow[]): Map<string, number> {
    const now = Date.now();
    const before = new Map(this.fleet.value.rows?.map((row) => [row.resource, row]));
    const changedAtMs = new Map(this.fleet.value.changedAtMs);
    for (const row of newer) if (isNews(row, before.get(row.resource))) changedAtMs.set(row.resource, now);
    return changedAtMs;
  }

  async #wait(problem: ApiProblem, failures: number, signal: AbortSignal): Promise<void> {
    if (isFinal(problem)) this.fleet.set({ ...this.fleet.value, rows: [], refused: problem });
    const waitMs = waitBeforeRetryMs(failures);
    showDown(problem, Date.now() + waitMs);
    if (problem.status === 401) await untilTokenIsSet(signal);
    else await pause(waitMs, signal);
  }
}

/** What a reader wants to see at once, and not that time has passed. */
function isNews(row: ResourceRow, before: ResourceRow | undefined): boolean {
  if (!before) return false;
  const { capacity, target, phase } = row;
  return capacity !== before.capacity || target !== before.target || phase !== before.phase;
}

/** Every attempt without a token would be refused. */
function untilTokenIsSet(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = isTokenWanted.follow((isWanted) => {
      if (!isWanted) finish();
    });
    const finish = () => {
      end();
      resolve();
    };
    signal.addEventListener('abort', finish);
  });
}

/** Whether the server can read Temporal, which is where all rows come from. */
interface StatusEvent {
  readonly isLive: boolean;
  readonly detail: string | null;
}

function showStatus({ isLive, detail }: StatusEvent): void {
  if (isLive) connection.set({ state: 'live' });
  else showDown(new ApiProblem('Temporal does not answer', detail ?? 'The server cannot read Temporal.', 503), null);
}

/** @param retryAtMs null: the server retries by itself. */
function showDown(problem: ApiProblem, retryAtMs: number | null): void {
  const before = connection.value;
  const sinceMs = before.state === 'down' ? before.sinceMs : Date.now();
  connection.set({ state: 'down', sinceMs, retryAtMs, problem });
}

/** Another attempt receives the same response, until the configuration changes. */
function isFinal({ status }: ApiProblem): boolean {
  return status === 400 || status === 404;
}

function eventsPath(query: FleetQuery): string {
  return 'resource' in query ? `/v1/events?resource=${encodeURIComponent(query.resource)}` : '/v1/events';
}

function parameters(query: FleetQuery): string {
  const given = 'resource' in query ? { q: query.resource, sort: 'name' } : query;
  const set = Object.entries(given).filter(([, value]) => value !== '');
  return new URLSearchParams([['limit', String(rowsInPage)], ...set]).toString();
}
