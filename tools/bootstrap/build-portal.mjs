import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toolEnvironment, withPnpm } from './pnpm.mjs';
import { ReadableError } from './readable-error.mjs';

const SOURCES = ['packages/portal', 'packages/events/src', 'pnpm-lock.yaml'];
const LEFT_OUT = new Set(['node_modules', 'dist', '.turbo', 'test']);
const STAMP = 'node_modules/.northwind-portal-built';

/** Builds the portal when a source is newer than the last build. turbo's cache brings back a build it has seen. */
export async function buildPortal(root) {
  if (!existsSync(path.join(root, 'packages/portal/vite.config.ts'))) return;
  const stamp = path.join(root, STAMP);
  const isBuilt = existsSync(stamp) && existsSync(path.join(root, 'packages/portal/dist/index.html'));
  const sourcesChangedMs = newestMs(SOURCES.map((source) => path.join(root, source)));
  if (isBuilt && statSync(stamp).mtimeMs >= sourcesChangedMs) return;
  process.stderr.write('Building the portal …\n');
  const args = withPnpm('turbo', ['run', 'build', '--filter=@northwind/portal', '--output-logs=errors-only']);
  const result = spawnSync('npx', args, { cwd: root, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout}${result.stderr}`);
    throw new ReadableError('Could not build the portal; the output of its build is above.');
  }
  writeFileSync(stamp, '');
}

function newestMs(paths) {
  let newest = 0;
  for (const each of paths) {
    const stat = statSync(each);
    newest = Math.max(newest, stat.mtimeMs);
    if (!stat.isDirectory()) continue;
    const names = readdirSync(each).filter((name) => !LEFT_OUT.has(name));
    newest = Math.max(newest, newestMs(names.map((name) => path.join(each, name))));
  }
  return newest;
}
