/** Writes the JSON Schemas of all webhook bodies into schemas/. A test says when they are not what the code says. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBodySchemas } from '../src/bodies/body-schemas.ts';

const folder = join(import.meta.dirname, '..', 'schemas');
for (const [name, text] of writeBodySchemas()) writeFileSync(join(folder, name), text);
