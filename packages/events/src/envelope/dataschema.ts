import { type CatalogueEntry, type EventType, findEntry } from '../catalogue/catalogue.ts';
import { quote, type RejectionCode } from '../parse/rejection.ts';

const DATASCHEMA = /^urn:northwind:settlement:([a-z]+\.[a-z]+):v([1-9]\d{0,4})$/;

export type VersionResult =
  | { readonly ok: true; readonly entry: CatalogueEntry }
  | { readonly ok: false; readonly code: RejectionCode; readonly message: string };

/** The `dataschema` of a type's version, and the `$id` of its JSON Schema: `urn:northwind:settlement:<type>:v<n>`. */
export function dataschemaOf(type: EventType, version: number): string {
  return `urn:northwind:settlement:${type}:v${version}`;
}

/** The version of the type that a `dataschema` names. Absent means version 1. */
export function versionOf(type: EventType, dataschema: string | null | undefined): VersionResult {
  const [named, version] = dataschema == null ? [type, 1] : readDataschema(dataschema);
  if (named !== type) {
    const message = `${quote(dataschema)} is not a schema of ${type}; send ${dataschemaOf(type, 1)} or leave it out`;
    return { ok: false, code: 'dataschema_unknown', message };
  }
  const entry = findEntry(type, version);
  if (entry !== undefined) return { ok: true, entry };
  const message = `names version ${version} of ${type}, which the catalogue does not have; send version 1`;
  return { ok: false, code: 'version_unknown', message };
}

function readDataschema(dataschema: string): [type: string, version: number] {
  const [, type = '', version = ''] = DATASCHEMA.exec(dataschema) ?? [];
  return [type, Number(version)];
}
