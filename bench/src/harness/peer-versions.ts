/** Versions of the packages that were measured, as installed. */
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

export function peerVersions(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const manifest = findPackageJSON(name, import.meta.url);
      if (!manifest) throw new Error(`${name} is not installed`);
      return [name, (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version];
    }),
  );
}
