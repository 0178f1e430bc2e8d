/** Where two generations part: by merchant, down to the first event whose rows differ. */
import type { Coordinate } from '@northwind/event-store';
import { sql } from 'kysely';
import { ROW_HASH } from './row-hash.ts';
import { type SharedTable, type Side, type Sides, sharedRow } from './shared-tables.ts';

export interface MerchantDifference {
  readonly merchantId: string;
  readonly tables: readonly TableDifference[];
  /** The event at which a row differs first, and what each generation has of it there. */
  readonly first: FirstDifference;
}

export interface TableDifference {
  readonly table: string;
  /** Rows of either that the other does not have. */
  readonly rows: number;
}

export interface FirstDifference extends Coordinate {
  /** Of the event at that coordinate; null where the log has none there. */
  readonly eventType: string | null;
  readonly subject: string | null;
  readonly table: string;
  /** The columns in which they differ; all of them where one side has no such row. */
  readonly columns: readonly string[];
  /** Null where it has no such row. */
  readonly active: RowTexts | null;
  readonly candidate: RowTexts | null;
}

/** SQL name of a column → its value as PostgreSQL writes it: an amount must not lose digits on its way. */
export type RowTexts = Readonly<Record<string, string | null>>;

export async function findDifferences(
  sides: Sides,
  tables: readonly SharedTable[],
  merchantsMax: number,
): Promise<{ readonly merchants: number; readonly differences: readonly MerchantDifference[] }> {
  const differing = new Map<string, SharedTable[]>();
  for (const table of tables) {
    for (const merchantId of await differingMerchants(sides, table)) {
      differing.set(merchantId, [...(differing.get(merchantId) ?? []), table]);
    }
  }
  const told = [...differing].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, merchantsMax);
  const differences: MerchantDifference[] = [];
  for (const [merchantId, own] of told) differences.push(await tellMerchant(sides, merchantId, own));
  return { merchants: differing.size, differences };
}

async function differingMerchants({ left, right }: Sides, table: SharedTable): Promise<string[]> {
  const [ours, theirs] = await Promise.all([readMerchants(left, table), readMerchants(right, table)]);
  return [...new Set([...ours.keys(), ...theirs.keys()])].filter((id) => ours.get(id) !== theirs.get(id));
}

async function readMerchants(side: Side, table: SharedTable): Promise<Map<string, string>> {
  const { rows } = await sql<{ readonly merchantId: string; readonly hash: string }>`
    select merchant_id as "merchantId", count(*) || ' ' || sum(${ROW_HASH}) as hash
    from ${sharedRow(side, table)} t group by merchant_id`.execute(side.db);
  return new Map(rows.map(({ merchantId, hash }) => [merchantId, hash]));
}

async function tellMerchant(
  sides: Sides,
  merchantId: string,
  tables: readonly SharedTable[],
): Promise<MerchantDifference> {
  const parts = await Promise.all(
    tables.map(async (table) => ({ table, places: await parting(sides, merchantId, table) })),
  );
  const [first] = parts
    .flatMap(({ table, places }) => places.slice(0, 1).map((place) => ({ table, place })))
    .sort((a, b) => Number(a.place.offset - b.place.offset));
  if (first === undefined) throw new Error(`${merchantId} differs by its hash and in no row`);
  return {
    merchantId,
    tables: parts.map(({ table, places }) => ({ table: table.name, rows: places.length })),
    first: await tellFirst(sides, merchantId, first),
  };
}

/** The rows that only one of them has, by the event that changed them last, lowest first. */
async function parting({ left, right }: Sides, merchantId: string, table: SharedTable): Promise<Coordinate[]> {
  const [ours, theirs] = await Promise.all([
    readRowHashes(left, merchantId, table),
    readRowHashes(right, merchantId, table),
  ]);
  const only = [...ours].filter(([key]) => !theirs.has(key)).concat([...theirs].filter(([key]) => !ours.has(key)));
  return only.map(([, place]) => place).sort((a, b) => Number(a.offset - b.offset));
}

async function readRowHashes(side: Side, merchantId: string, table: SharedTable): Promise<Map<string, Coordinate>> {
  const { rows } = await sql<Coordinate & { readonly hash: string }>`
    select t.partition, t."offset", ${ROW_HASH}::text as hash
    from ${sharedRow(side, table)} t where t.merchant_id = ${merchantId}`.execute(side.db);
  return new Map(rows.map(({ partition, offset, hash }) => [`${offset} ${hash}`, { partition, offset }]));
}

async function tellFirst(
  { left, right }: Sides,
  merchantId: string,
  { table, place }: { readonly table: SharedTable; readonly place: Coordinate },
): Promise<FirstDifference> {
  const [ours, theirs] = await Promise.all([
    readRows(left, merchantId, table, place),
    readRows(right, merchantId, table, place),
  ]);
  const active = ours.find((row) => !theirs.some((other) => sameText(row, other))) ?? null;
  const candidate = theirs.find((row) => !ours.some((other) => sameText(row, other))) ?? null;
  const columns = table.columns.filter((column) => active?.[column] !== candidate?.[column]);
  const { rows } = await sql<{ readonly type: string; readonly subject: string }>`
    select type, subject from ledger.events where partition = ${place.partition} and "offset" = ${place.offset}
  `.execute(left.db);
  const { type: eventType = null, subject = null } = rows[0] ?? {};
  return { ...place, eventType, subject, table: table.name, columns, active, candidate };
}

async function readRows(side: Side, merchantId: string, table: SharedTable, place: Coordinate): Promise<RowTexts[]> {
  const texts = table.columns.map((column) => sql`${sql.ref(column)}::text as ${sql.id(column)}`);
  const { rows } = await sql<RowTexts>`
    select ${sql.join(texts)} from ${sql.table(`${side.schema}.${table.name}`)}
    where merchant_id = ${merchantId} and "offset" = ${place.offset} order by 1, 2, 3`.execute(side.db);
  return rows;
}

function sameText(a: RowTexts, b: RowTexts): boolean {
  return Object.keys(a).every((column) => a[column] === b[column]);
}
