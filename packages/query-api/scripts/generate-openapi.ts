/**
 * Writes schemas/openapi.json, the published description of the API; with --check only says whether it is up to date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generateOpenapi } from '../src/generate-openapi.ts';

const path = fileURLToPath(new URL('../schemas/openapi.json', import.meta.url));
const generated = await generateOpenapi();

if (process.argv.includes('--check')) {
  const committed = await readFile(path, 'utf8').catch(() => '');
  if (committed !== generated) {
    console.error('schemas/openapi.json is not what the routes say; run: node scripts/generate-openapi.ts');
    process.exitCode = 1;
  }
} else {
  await writeFile(path, generated);
}
