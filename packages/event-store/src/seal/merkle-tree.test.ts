import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Hash } from './hash-leaf.ts';
import { auditPath, hashNode, merkleRoot, rootOfInclusion } from './merkle-tree.ts';

const sha256 = (bytes: Buffer): Hash => hash('sha256', bytes, 'hex');

/** The inputs and roots of Certificate Transparency's own tests (RFC 6962, google/certificate-transparency). */
const CT_INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const CT_LEAVES = CT_INPUTS.map((input) => sha256(Buffer.from(`00${input}`, 'hex')));
const CT_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** RFC 6962, 2.1, as it is written there. */
function rootByTheBook(leaves: readonly Hash[]): Hash {
  const [only] = leaves;
  if (only === undefined) return sha256(Buffer.alloc(0));
  if (leaves.length === 1) return only;
  const split = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return hashNode(rootByTheBook(leaves.slice(0, split)), rootByTheBook(leaves.slice(split)));
}

const leaf = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const tree = fc.array(leaf, { minLength: 1, maxLength: 70 });

test('the roots are those of Certificate Transparency’s test tree, for every size', () => {
  expect(CT_ROOTS.map((_, size) => merkleRoot(CT_LEAVES.slice(0, size)))).toEqual(CT_ROOTS);
});

test('an audit path is that of Certificate Transparency’s test tree', () => {
  expect(auditPath(CT_LEAVES.slice(0, 3), 1)).toEqual([CT_LEAVES[0], CT_LEAVES[2]]);
  expect(auditPath(CT_LEAVES, 5)).toEqual([
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

test('joining level by level gives the tree of RFC 6962', () => {
  fc.assert(fc.property(tree, (leaves) => merkleRoot(leaves) === rootByTheBook(leaves)));
});

test('the path of every leaf leads to the root', () => {
  fc.assert(
    fc.property(tree, (leaves) => {
      const root = merkleRoot(leaves);
      leaves.forEach((each, index) => {
        const path = auditPath(leaves, index);
        expect(rootOfInclusion({ leaf: each, index, size: leaves.length, path })).toBe(root);
      });
    }),
  );
});

test('one flipped bit, in the leaf or anywhere on its path, leads elsewhere', () => {
  fc.assert(
    fc.property(tree, fc.nat(), fc.nat(), fc.nat({ max: 255 }), (leaves, at, step, bit) => {
      const index = at % leaves.length;
      const path = auditPath(leaves, index);
      const hashes = [leaves[index] ?? '', ...path];
      const changed = step % hashes.length;
      hashes[changed] = flipBit(hashes[changed] ?? '', bit);
      const [first = '', ...rest] = hashes;
      const found = rootOfInclusion({ leaf: first, index, size: leaves.length, path: rest });
      expect(found).not.toBe(merkleRoot(leaves));
    }),
  );
});

test('a path that is too long, too short or of another place leads nowhere or elsewhere', () => {
  fc.assert(
    fc.property(fc.uniqueArray(leaf, { minLength: 2, maxLength: 70 }), fc.nat(), (leaves, at) => {
      const index = at % leaves.length;
      const size = leaves.length;
      const path = auditPath(leaves, index);
      const root = merkleRoot(leaves);
      const lead = (changes: object) => rootOfInclusion({ leaf: leaves[index] ?? '', index, size, path, ...changes });
      expect(lead({ path: [...path, root] })).toBeNull();
      expect(lead({ path: path.slice(0, -1) })).toBeNull();
      expect(lead({ index: (index + 1) % size })).not.toBe(root);
      expect([lead({ index: size }), lead({ index: -1 }), lead({ index: 0.5 })]).toEqual([null, null, null]);
    }),
  );
});

function flipBit(hex: Hash, bit: number): Hash {
  const bytes = Buffer.from(hex, 'hex');
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString('hex');
}
