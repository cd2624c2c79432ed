/** A module with one of each, as `modules:` names it. */
import { definePlatform, definePolicy, defineSource, z } from '../../../src/extend/index.js';

const machines = definePlatform({
  type: 'machines',
  summary: 'Machines of our own.',
  settings: z.object({
    rack: z.string().describe('The rack.'),
    slots: z.int().min(1).default(4).describe('Slots in the rack.'),
  }),
  takesChanges: 'anyTime',
  target: ({ rack }) => String(rack),
  create: () => ({
    observe: () => Promise.resolve({ capacity: 1 }),
    change: () => Promise.resolve({ outcome: 'accepted' }),
  }),
});

const tickets = defineSource({
  type: 'tickets',
  summary: 'Open tickets.',
  settings: z.object({ desk: z.string().describe('The desk.') }),
  create: () => ({ sample: () => Promise.resolve(3) }),
});

const perDesk = definePolicy({
  type: 'per-desk',
  summary: 'A unit for each group of tickets.',
  settings: z.object({
    value: z.string().describe('The tickets.'),
    group: z.int().min(1).describe('Tickets of a unit.'),
  }),
  evaluate: ({ settings, value }) => ({ capacity: Math.ceil(value / settings.group), reason: `${value} tickets` }),
});

export default [machines, tickets, perDesk];
