/**
 * Writes the JSON Schemas and the AsyncAPI document into schemas/. With --check it writes nothing, and exits 1 with the
 * names of the files that differ.
 */
import { join } from 'node:path';
import { buildFiles } from './build-files.ts';
import { differingFiles, writeFiles } from './compare-files.ts';

const folder = join(import.meta.dirname, '..', 'schemas');
const files = buildFiles();

if (process.argv.includes('--check')) {
  const differing = differingFiles(folder, files);
  for (const name of differing) console.error(`packages/events/schemas/${name} differs from the catalogue`);
  if (differing.length > 0) {
    console.error('run: pnpm --filter @northwind/events schemas');
    process.exitCode = 1;
  } else console.log(`${files.size} schemas equal the catalogue`);
} else {
  const changed = writeFiles(folder, files);
  console.log(`${changed.length} of ${files.size} schemas written`);
}
