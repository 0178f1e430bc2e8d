/** What has changed between two texts of one certificate, member by member, in words. */

/** Numbers are compared as they are written: an amount may have more digits than a JavaScript number keeps. */
export function compareBodies(before: string, after: string): string[] {
  const [then, now] = [flatten(before), flatten(after)];
  return [...new Set([...then.keys(), ...now.keys()])]
    .filter((path) => then.get(path) !== now.get(path))
    .map((path) => `${path} was ${then.get(path) ?? 'not there'}, is ${now.get(path) ?? 'not there'}`);
}

function flatten(body: string): Map<string, string> {
  const members = new Map<string, string>();
  const add = (path: string, value: unknown) => {
    if (Array.isArray(value)) for (const element of value) add(`${path} ${nameOf(element)}`.trim(), element);
    else if (value !== null && typeof value === 'object') {
      for (const [name, member] of Object.entries(value)) if (!NAMES.has(name)) add(`${path} ${name}`.trim(), member);
    } else members.set(path, String(value));
  };
  add('', JSON.parse(body, keepDigits));
  return members;
}

/** Members that name an element of a list rather than say something of it; `ok` follows from its figures. */
const NAMES = new Set(['outcome', 'check', 'currency', 'ok']);

function nameOf(element: object): string {
  return Object.entries(element)
    .flatMap(([name, value]) => (NAMES.has(name) && name !== 'ok' ? [value] : []))
    .join(' ');
}

function keepDigits(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? value) : value;
}
