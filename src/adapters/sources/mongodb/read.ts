/** One count or one aggregation, which the server ends at its time limit. */
import type { Db, Decimal128, Long } from 'mongodb';
import { valueInWords } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import type { MongoConnection } from './connection.js';
import { explained } from './failures.js';

type JsonObject = Readonly<Record<string, unknown>>;

interface Question {
  readonly database: string;
  readonly collection: string;
  readonly filter?: JsonObject | undefined;
  readonly pipeline?: readonly JsonObject[] | undefined;
}

/** @throws AdapterError */
export async function read(
  { client, fromExtendedJson }: MongoConnection,
  { database, collection: name, filter, pipeline }: Question,
  timeoutMs: number,
): Promise<number> {
  try {
    const opened = client.db(database);
    const collection = opened.collection(name);
    const limits = { maxTimeMS: Math.ceil(timeoutMs) };
    if (pipeline !== undefined) {
      // Two documents are enough to know that there are too many.
      const stages = [...fromExtendedJson([...pipeline]), { $limit: 2 }];
      return numberIn(await collection.aggregate(stages, limits).toArray());
    }
    const count = await collection.countDocuments(fromExtendedJson(filter ?? {}), limits);
    if (count === 0) await requireCollection(opened, name);
    return count;
  } catch (error) {
    throw explained(error);
  }
}

/** The server counts 0 documents in a collection that does not exist, which may be a misspelled name. */
async function requireCollection(database: Db, name: string): Promise<void> {
  // With these options, the request needs no permission beyond those for the collection.
  const found = await database.listCollections({ name }, { nameOnly: true, authorizedCollections: true }).toArray();
  if (found.length > 0) return;
  const what = `there is no collection ${name} in database ${database.databaseName}`;
  throw new AdapterError('noData', `${what}. Check collection and database, or set emptyAs.`);
}

/** @throws AdapterError */
export function numberIn(documents: readonly JsonObject[]): number {
  const [document] = documents;
  if (document === undefined) {
    throw new AdapterError('noData', 'the aggregation returned no document. Check pipeline, or set emptyAs.');
  }
  if (documents.length > 1) throw notOne('several documents');
  const values = Object.entries(document).flatMap(([name, value]) => (name === '_id' ? [] : [value]));
  const [value] = values;
  if (values.length !== 1) throw notOne(`a document with ${values.length} fields beside _id`);
  if (value === null) {
    throw new AdapterError('noData', 'the aggregation returned null. Check pipeline, or set emptyAs.');
  }
  const number = isBsonNumber(value) ? Number(value.toString()) : value;
  if (typeof number === 'number') return number;
  throw new AdapterError('malformed', `the aggregation returned ${valueInWords(value)}, not a number. Check pipeline.`);
}

function notOne(what: string): AdapterError {
  const advice = 'Change pipeline so that it returns one document with one field, such as { $count: total }.';
  return new AdapterError('malformed', `the aggregation returned ${what}. ${advice}`);
}

/** The client does not convert decimals, nor whole numbers beyond 2^53. */
function isBsonNumber(value: unknown): value is Decimal128 | Long {
  const type = typeof value === 'object' && value !== null && '_bsontype' in value ? value._bsontype : undefined;
  return type === 'Decimal128' || type === 'Long';
}
