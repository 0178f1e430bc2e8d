import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTarget, isAddressAllowed } from './check-target.ts';
import { classifyAddress } from './classify-address.ts';

const strict = { allowInsecureTargets: false };
const development = { allowInsecureTargets: true };

/** Networks of ours or nobody's, as [base, prefix length], judged here with plain arithmetic. */
const FORBIDDEN_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const forbiddenV4 = fc
  .tuple(fc.constantFrom(...FORBIDDEN_V4), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
  .map(([[base, length], chance]) => {
    const hostBits = 2 ** (32 - length);
    return (toNumber(base) + (chance % hostBits)) >>> 0;
  });

/** The many ways to write one IPv4 address in a URL. */
const spellings: readonly ((address: number) => string)[] = [
  dotted,
  (address) => String(address),
  (address) => `0x${address.toString(16)}`,
  (address) => `0${address.toString(8)}`,
  (address) =>
    octets(address)
      .map((octet) => `0x${octet.toString(16)}`)
      .join('.'),
  (address) =>
    octets(address)
      .map((octet) => `0${octet.toString(8)}`)
      .join('.'),
  (address) => `${address >>> 24}.${address & 0xff_ffff}`,
  (address) => `${dotted(address)}.`,
  (address) => encodeURIComponent(dotted(address)).replaceAll('.', '%2e'),
  (address) => dotted(address).replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  (address) => dotted(address).replaceAll('.', '。'),
  (address) => `[::ffff:${dotted(address)}]`,
  (address) => `[::${dotted(address)}]`,
  (address) => `[64:ff9b::${dotted(address)}]`,
  (address) => `[64:ff9b:1::${dotted(address)}]`,
  (address) => `[2002:${hex(address >>> 16)}:${hex(address & 0xffff)}::1]`,
  (address) => `[2001:0:${hex(address >>> 16)}:${hex(address & 0xffff)}::1]`,
  (address) => `[::ffff:0:${dotted(address)}]`,
];

describe('hostile URLs', () => {
  test('no forbidden IPv4 address gets through in any spelling', () => {
    fc.assert(
      fc.property(forbiddenV4, fc.constantFrom(...spellings), (address, spell) => {
        expect(checkTarget(`https://${spell(address)}/hook`, strict).ok, spell(address)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  test('no IPv6 address outside of 2000::/3 gets through', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const url = `https://[${address}]/hook`;
        if (!URL.canParse(url)) return;
        const first = Number.parseInt(new URL(url).hostname.slice(1).split(':')[0] || '0', 16);
        if (first >>> 13 !== 1) expect(checkTarget(url, strict).ok).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('development allows loopback and nothing else more', () => {
    fc.assert(
      fc.property(forbiddenV4, fc.constantFrom(...spellings), (address, spell) => {
        const target = checkTarget(`http://${spell(address)}:1234/hook`, development);
        if (!target.ok || target.url.hostname === '[::1]') return; // as [::0.0.0.1] is written out
        expect(address >>> 24).toBe(127);
      }),
      { numRuns: 2_000 },
    );
    expect(checkTarget('http://127.0.0.1:9/hook', development).ok).toBe(true);
    expect(checkTarget('http://[::1]:9/hook', development).ok).toBe(true);
    expect(checkTarget('http://localhost:9/hook', development).ok).toBe(true);
    expect(checkTarget('http://169.254.169.254/latest/meta-data', development).ok).toBe(false);
  });

  test('text of any kind is answered, never thrown at', () => {
    const anyText = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes));
    fc.assert(fc.property(anyText, (text) => void checkTarget(text, strict)));
    const pieces = [
      'https:',
      'http:',
      '/',
      '//',
      '\\',
      '[',
      ']',
      '::1',
      '127.0.0.1',
      '@',
      ':',
      '%',
      '.',
      '?',
      '#',
      'a',
      '。',
    ];
    const nearlyUrl = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(fc.property(nearlyUrl, (text) => void checkTarget(text, strict)));
  });
});

test.each([
  ['', 'url_invalid'],
  ['example.com/hook', 'url_invalid'],
  ['https://', 'url_invalid'],
  ['https://exa mple.com/', 'url_invalid'],
  [' https://example.com/', 'url_invalid'],
  ['https://exam\tple.com/', 'url_invalid'],
  [`https://example.com/${'a'.repeat(2_048)}`, 'url_too_long'],
  ['http://example.com/', 'url_scheme'],
  ['ftp://example.com/', 'url_scheme'],
  ['file:///etc/passwd', 'url_scheme'],
  ['gopher://example.com/', 'url_scheme'],
  ['javascript:alert(1)', 'url_scheme'],
  ['data:text/plain,x', 'url_scheme'],
  ['https://user@example.com/', 'url_credentials'],
  ['https://user:word@example.com/', 'url_credentials'],
  ['https://example.com@10.0.0.1/', 'url_credentials'],
  ['https://example.com:22/', 'url_port'],
  ['https://example.com:80/', 'url_port'],
  ['https://example.com:0/', 'url_port'],
  ['https://localhost/', 'url_host_forbidden'],
  ['https://LOCALHOST./', 'url_host_forbidden'],
  ['https://a.localhost/', 'url_host_forbidden'],
  ['https://printer.local/', 'url_host_forbidden'],
  ['https://metadata.google.internal/', 'url_host_forbidden'],
  ['https://metadata/', 'url_host_forbidden'],
  ['https://example.com../', 'url_host_forbidden'],
  ['https://1.0.0.127.in-addr.arpa/', 'url_host_forbidden'],
])('%j is refused: %s', (url, code) => {
  expect(checkTarget(url, strict)).toEqual({ ok: false, code });
});

test.each([
  ['https://example.com/hook?x=1', 'https://example.com/hook?x=1'],
  ['https://example.com:443/', 'https://example.com/'],
  ['https://example.com:8443/#part', 'https://example.com:8443/'],
  ['https://example.com./', 'https://example.com./'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ['https://8.8.8.8/', 'https://8.8.8.8/'],
  ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
])('%s is accepted as %s', (url, href) => {
  const check = checkTarget(url, strict);
  expect(check.ok && check.url.href).toBe(href);
});

test.each([
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::8.8.8.8',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2001:10::1',
  '2001:20::1',
  '2002:808:808::1',
  '2620:4f:8000::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '127.1',
  '0x7f.0.0.1',
  '2130706433',
  '',
  '8.8.8.8.8',
  '256.1.1.1',
  'example.com',
])('not a public address: %s', (address) => {
  expect(isAddressAllowed(address, strict)).toBe(false);
});

test.each(['1.1.1.1', '8.8.8.8', '100.128.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
  'public: %s',
  (address) => {
    expect(classifyAddress(address)).toBe('public');
  },
);

function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function octets(address: number): number[] {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff);
}

function dotted(address: number): string {
  return octets(address).join('.');
}

function hex(value: number): string {
  return value.toString(16);
}
