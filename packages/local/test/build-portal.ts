import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PORTAL = join(import.meta.dirname, '../../portal');

/** Builds the portal when nobody has; an older build is what a test should see. */
export function buildPortal(): void {
  if (existsSync(join(PORTAL, 'dist/index.html'))) return;
  execFileSync(process.execPath, [join(PORTAL, 'node_modules/vite/bin/vite.js'), 'build'], {
    cwd: PORTAL,
    stdio: 'ignore',
  });
}
