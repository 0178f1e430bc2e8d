import { buildAsyncapi } from './build-asyncapi.ts';
import { dataSchema, ENVELOPE_NAME, entries, envelopeSchema, type JsonObject, schemaName } from './build-schemas.ts';
import type { Files } from './compare-files.ts';

/** Every published document of the catalogue. */
export function buildFiles(): Files {
  return new Map([
    ['asyncapi.json', text(buildAsyncapi())],
    [`${ENVELOPE_NAME}.json`, text(envelopeSchema('draft-2020-12'))],
    ...entries.map((entry): [string, string] => [
      `${schemaName(entry)}.json`,
      text(dataSchema(entry, 'draft-2020-12')),
    ]),
  ]);
}

function text(document: JsonObject): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
