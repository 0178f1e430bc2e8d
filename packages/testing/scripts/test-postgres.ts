/**
 * Runs tests against other versions of PostgreSQL: `test:postgres [version …] [-- path …]`. Without versions all that
 * are supported besides the installed one, without paths the log's, but for those that take long and speak no SQL of
 * their own.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { environment } from '@northwind/service-kit';
import { fetchPostgres, POSTGRES_VERSIONS } from '../src/postgres/postgres-versions.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'northwind');
const DEFAULT_VERSIONS = ['15', '16', '17'];
const LOG = 'packages/event-store/src';
const CONSUMERS = ['consumer', 'log-source', 'operate-group'].map((name) => `${LOG}/consume/${name}`);
const DEFAULT_PATHS = [...['append', 'errors', 'guard', 'seal'].map((folder) => `${LOG}/${folder}/`), ...CONSUMERS];

const given = process.argv.slice(2);
const separator = given.includes('--') ? given.indexOf('--') : given.length;
const versions = given.slice(0, separator);
const paths = given.slice(separator + 1);

const failed: string[] = [];
for (const version of versions.length > 0 ? versions : DEFAULT_VERSIONS) {
  const folder = fetchPostgres(version, CACHE);
  console.log(`\n── PostgreSQL ${POSTGRES_VERSIONS[version]} ${'─'.repeat(50)}`);
  if ((await runTests(folder, paths.length > 0 ? paths : DEFAULT_PATHS)) !== 0) failed.push(version);
}
if (failed.length > 0) console.error(`failed on PostgreSQL ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function runTests(folder: string, where: readonly string[]): Promise<number> {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const env = { ...environment(), TEST_POSTGRES_FOLDER: folder };
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [vitest, 'run', '--project', 'pg', ...where], {
      cwd: ROOT,
      stdio: 'inherit',
      env: env as Record<string, string>,
    });
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}
