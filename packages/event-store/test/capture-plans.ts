/** The plans of what really runs, statements inside functions included: PostgreSQL tells them in notices. */
import { type Database, openDatabase } from '@northwind/service-kit';
import pg from 'pg';
import type { LedgerTables } from '../src/tables.ts';

export interface ScannedTable {
  /** `Seq Scan`, `Index Scan`, … */
  readonly scan: string;
  readonly table: string | undefined;
  readonly index: string | undefined;
}

export interface PlanCapture extends AsyncDisposable {
  readonly database: Database<LedgerTables>;
  /** Every scan of a table or an index that the work made, distinct. */
  scansOf(work: (database: Database<LedgerTables>) => Promise<unknown>): Promise<ScannedTable[]>;
}

/** Makes every later session of the database tell its plans. */
export async function tellPlans(ownerUrl: string): Promise<void> {
  const client = new pg.Client(ownerUrl);
  await client.connect();
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_format': 'json',
    'auto_explain.log_level': 'notice',
  };
  await client.query(`load 'auto_explain'`); // its settings are known from here on
  const name = client.escapeIdentifier(client.database ?? '');
  for (const [setting, value] of Object.entries(settings)) {
    await client.query(`alter database ${name} set ${setting} = ${client.escapeLiteral(value)}`);
  }
  await client.end();
}

export async function capturePlans(url: string, planCacheMode: string): Promise<PlanCapture> {
  const database = openDatabase<LedgerTables>({ url, applicationName: 'plan test', connectionsMax: 1 });
  const told: PlanNode[] = [];
  database.pool.on('connect', (client) => {
    client.on('notice', ({ message }) => {
      const json = message?.slice(message.indexOf('plan:') + 5);
      if (message?.startsWith('duration:') && json) told.push(JSON.parse(json).Plan);
    });
  });
  await database.pool.query(`set plan_cache_mode = ${planCacheMode}`); // of the one connection
  return {
    database,
    async scansOf(work) {
      // Prepared statements get a generic plan, if ever, from the sixth time on.
      for (let time = 0; time < 7; time += 1) await work(database);
      const scans = told.splice(0).flatMap(scansIn);
      return [...new Map(scans.map((scan) => [JSON.stringify(scan), scan])).values()];
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

function scansIn(node: PlanNode): ScannedTable[] {
  const { 'Node Type': scan, 'Relation Name': table, 'Index Name': index, Plans: below = [] } = node;
  const own = scan.includes('Scan') && (table ?? index) !== undefined ? [{ scan, table, index }] : [];
  return [...own, ...below.flatMap(scansIn)];
}
