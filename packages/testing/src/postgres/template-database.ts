import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createDatabaseClient, listMigrationFiles, type MigrationSet, migrate } from '@northwind/service-kit';

// Held while a template is made, so that it is made once, whatever the number of test processes.
const TEMPLATE_LOCK = 5_190_244_072;

/** The name of a database that holds exactly these migrations, to be cloned. Made when it isn't there. */
export async function templateDatabase(serverUrl: string, sets: readonly MigrationSet[]): Promise<string> {
  const name = `template_${await fingerprint(sets)}`;
  const client = createDatabaseClient({ url: serverUrl, applicationName: 'test template' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 1) return name;
    // Only a finished one gets the name: a process that dies half-way leaves nothing that looks usable.
    const unfinished = `${name}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${unfinished}`);
    await migrate(urlOfDatabase(serverUrl, unfinished), sets);
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
    return name;
  } finally {
    await client.end();
  }
}

export function urlOfDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function fingerprint(sets: readonly MigrationSet[]): Promise<string> {
  const hash = createHash('sha256');
  for (const set of sets) {
    for (const { name, path } of await listMigrationFiles(set)) {
      hash
        .update(`${set.schema}/${name}\0`)
        .update(await readFile(path))
        .update('\0');
    }
  }
  return hash.digest('hex').slice(0, 16);
}
