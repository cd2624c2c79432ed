/** The query of `GET /v1/resources`: which rows, in which order, on which page. */
import { z } from 'zod';
import { resourcePhases } from '../scale/answers.js';
import { Problem } from '../http/problem.js';
import { attentionKinds, type ResourceRow } from './answers.js';

const mostRows = 1000;
const sorts = ['configuration', 'name', 'phase', 'capacity', 'needs'] as const;

export const resourcesQuerySchema = z.strictObject({
  q: z
    .string()
    .max(500)
    .default('')
    .describe(
      'Terms, separated by spaces, all of which must match: text in the name of the resource, `phase:` or `platform:` with the first letters of one, or `needs:you` for those that need a person.',
    ),
  phase: z.enum(resourcePhases).optional().describe('Only resources in this phase.'),
  needs: z.literal('you').optional().describe('Only resources that need a person.'),
  sort: z
    .enum(sorts)
    .default('configuration')
    .describe(
      'configuration: as in the configuration. phase: failed ones first, then those in progress. capacity: the largest first. needs: those that need a person first, by urgency. Resources that are equal are in the order of their names.',
    ),
  limit: z.coerce.number().int().min(1).max(mostRows).default(mostRows).describe('Maximum number of resources.'),
  cursor: z.string().max(1000).optional().describe('Where the page begins: see `next` of the previous page.'),
});
export type ResourcesQuery = z.output<typeof resourcesQuerySchema>;

/** @throws Problem */
export function parseResourcesQuery(query: unknown): ResourcesQuery {
  const parsed = resourcesQuerySchema.safeParse(query);
  if (!parsed.success) throw new Problem('invalid-request', `In the query: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export interface Page {
  readonly rows: readonly ResourceRow[];
  readonly total: number;
  /** The cursor of the next page; null on the last page. */
  readonly next: string | null;
}

/**
 * A page begins after a position in the order and not at a number, so that a row that moves between two requests
 * shifts no other row.
 * @param rows in the order of the configuration.
 */
export function pageOf(rows: readonly ResourceRow[], query: ResourcesQuery): Page {
  const positions = new Map(rows.map((row, index) => [row, positionOf(row, index, query.sort)] as const));
  const place = (row: ResourceRow): Place => [positions.get(row) ?? 0, row.resource];
  const matching = rows
    .filter((row) => matches(row, query))
    .toSorted((one, other) => compare(place(one), place(other)));
  const after = query.cursor === undefined ? undefined : placeIn(query.cursor);
  const rest = after ? matching.filter((row) => compare(place(row), after) > 0) : matching;
  const shown = rest.slice(0, query.limit);
  const last = rest.length > query.limit ? shown.at(-1) : undefined;
  return { rows: shown, total: matching.length, next: last ? cursorOf(place(last)) : null };
}

function matches(row: ResourceRow, { q, phase, needs }: ResourcesQuery): boolean {
  if (phase !== undefined && row.phase !== phase) return false;
  if (needs !== undefined && row.attention.length === 0) return false;
  const terms = q.toLowerCase().split(/\s+/);
  return terms.every((term) => term === '' || matchesTerm(row, term));
}

function matchesTerm({ resource, phase, platform, attention }: ResourceRow, term: string): boolean {
  const [, key, value = ''] = /^(phase|platform|needs):(.*)$/.exec(term) ?? [];
  if (key === 'phase') return phase.toLowerCase().startsWith(value);
  if (key === 'platform') return platform.toLowerCase().startsWith(value);
  if (key === 'needs') return attention.length > 0 && 'you'.startsWith(value);
  return resource.toLowerCase().includes(term);
}

/** Smaller ones come first. */
function positionOf(row: ResourceRow, index: number, sort: ResourcesQuery['sort']): number {
  switch (sort) {
    case 'configuration':
      return index;
    case 'name':
      return 0;
    case 'phase':
      return phaseOrder.indexOf(row.phase);
    case 'capacity':
      return -(row.capacity ?? -1);
    case 'needs':
      return row.attention[0] ? attentionKinds.indexOf(row.attention[0].kind) : attentionKinds.length;
  }
}

const phaseOrder: readonly ResourceRow['phase'][] = [
  'failed',
  'unattended',
  'backingOff',
  'changing',
  'coolingDown',
  'observing',
  'settled',
  'cancelled',
  'idle',
];

type Place = readonly [position: number, name: string];
const placeSchema = z.tuple([z.number(), z.string()]);

function compare([one, oneName]: Place, [other, otherName]: Place): number {
  if (one !== other) return one - other;
  return oneName < otherName ? -1 : Number(oneName > otherName);
}

function cursorOf(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws Problem */
function placeIn(cursor: string): Place {
  try {
    return placeSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new Problem('invalid-request', 'In the query: the cursor is invalid. Use `next` of the previous page.');
  }
}
