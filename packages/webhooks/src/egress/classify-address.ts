/** Which IP addresses a webhook may be sent to. Judged by bytes, never by how an address is written. */
import ipaddr from 'ipaddr.js';

export type AddressClass = 'public' | 'loopback' | 'forbidden';

/** Special ranges that ipaddr.js calls unicast, or might come to; each leads, or may lead, to somebody's inside. */
const FORBIDDEN_V4 = [
  '168.63.129.16/32', // Azure's host agent
  '192.0.0.0/24', // IETF protocol assignments
  '192.88.99.0/24', // 6to4 relays
].map((range) => ipaddr.IPv4.parseCIDR(range));

const FORBIDDEN_V6 = [
  '::/8', // IPv4-compatible and -mapped, unspecified, loopback
  '64:ff9b::/32', // NAT64, which carries any IPv4 address
  '2002::/16', // 6to4, likewise
  '2001::/23', // Teredo and other protocol assignments
  'fec0::/10', // site-local
  '3fff::/20', // documentation
  '5f00::/16', // segment routing
].map((range) => ipaddr.IPv6.parseCIDR(range));

/** ISATAP: the second half of an address says that an IPv4 address follows, whatever network it is in. */
const ISATAP = [0x0000_5efe, 0x0200_5efe];

/** All of global unicast that has ever been assigned. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** What is not an address at all is forbidden. */
export function classifyAddress(text: string): AddressClass {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return classifyV4(ipaddr.IPv4.parse(text));
  if (ipaddr.IPv6.isValid(text)) return classifyV6(ipaddr.IPv6.parse(text));
  return 'forbidden';
}

function classifyV4(address: ipaddr.IPv4): AddressClass {
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  const forbidden = range !== 'unicast' || FORBIDDEN_V4.some((cidr) => address.match(cidr));
  return forbidden ? 'forbidden' : 'public';
}

function classifyV6(address: ipaddr.IPv6): AddressClass {
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  const [, , , , high = 0, low = 0] = address.parts;
  const forbidden =
    range !== 'unicast' ||
    !address.match(GLOBAL_V6) ||
    FORBIDDEN_V6.some((cidr) => address.match(cidr)) ||
    ISATAP.includes(high * 0x1_0000 + low);
  return forbidden ? 'forbidden' : 'public';
}
