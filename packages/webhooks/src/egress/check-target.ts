/** Whether a URL may be a webhook's target at all, before any name is looked up. */
import { isIP } from 'node:net';
import { URL_LENGTH_MAX } from '../limits.ts';
import { classifyAddress } from './classify-address.ts';

export interface TargetRules {
  /** Development only: http, loopback addresses and any port as well. */
  readonly allowInsecureTargets: boolean;
}

export type TargetProblem =
  | 'url_invalid'
  | 'url_too_long'
  | 'url_scheme'
  | 'url_credentials'
  | 'url_port'
  | 'url_host_forbidden';

export type TargetCheck =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly code: TargetProblem };

const PORTS: ReadonlySet<string> = new Set(['', '443', '8443']); // the parser drops a scheme's own port

/** Names that resolve to the machine itself or to the network it stands in. */
const INSIDE = [
  ...['localhost', 'local', 'localdomain', 'localdomain6', 'internal', 'intranet', 'private', 'corp', 'home', 'lan'],
  ...['svc', 'consul', 'arpa', 'onion'],
];

export function checkTarget(text: string, { allowInsecureTargets }: TargetRules): TargetCheck {
  if (text.length > URL_LENGTH_MAX) return refuse('url_too_long');
  // The parser would silently drop tabs, line breaks and blanks around; a URL with those was not meant as it reads.
  if (hasBlanks(text) || !URL.canParse(text)) return refuse('url_invalid');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowInsecureTargets && url.protocol === 'http:')) return refuse('url_scheme');
  if (url.username !== '' || url.password !== '') return refuse('url_credentials');
  if (!allowInsecureTargets && !PORTS.has(url.port)) return refuse('url_port');
  if (url.port === '0') return refuse('url_port');
  url.hash = '';
  return isHostAllowed(url.hostname, { allowInsecureTargets }) ? { ok: true, url } : refuse('url_host_forbidden');
}

/** A host as a URL or a connection names it: a name, or an address with or without brackets. */
export function isHostAllowed(host: string, rules: TargetRules): boolean {
  const name = bareHost(host);
  if (isIP(name) !== 0) return isAddressAllowed(name, rules);
  if (rules.allowInsecureTargets && name === 'localhost') return true;
  const isInside = INSIDE.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
  // A name without a dot would be completed by the resolver's search list, inside our own network.
  return !isInside && name.includes('.') && !name.endsWith('.') && !name.startsWith('.') && !name.includes('..');
}

export function isAddressAllowed(address: string, { allowInsecureTargets }: TargetRules): boolean {
  const kind = classifyAddress(address);
  return kind === 'public' || (allowInsecureTargets && kind === 'loopback');
}

/** Lower case, without brackets and without the one trailing dot that makes a name absolute. */
export function bareHost(host: string): string {
  const unbracketed = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return (unbracketed.endsWith('.') ? unbracketed.slice(0, -1) : unbracketed).toLowerCase();
}

function hasBlanks(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  return /[\u0000-\u0020\u007f]/.test(text);
}

function refuse(code: TargetProblem): TargetCheck {
  return { ok: false, code };
}
