/**
 * The one text of a value: members sorted by name, no white space, whole numbers only. It is what `jq -cS` writes for
 * the same value, so its hash can be had without this code.
 */
import { stringify } from '@northwind/service-kit';

export function canonicalJson(value: unknown): string {
  return stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
