import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { consistencyProof, inclusionProof, leafHash, nodeHash } from '../../../audit/merkle.ts';
import { edgeRoot, emptyEdge, growEdge, perfectRoot } from '../../../audit/tree.ts';
import {
  countRoot,
  hashLeaf,
  verifyConsistency,
  verifyInclusion,
} from '../../../audit/verify/merkle.ts';
import { corpusLines } from '../../support/audit-log.ts';

// RFC 6962 reference leaves and roots (certificate-transparency's test vectors).
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const rootOf = (hashes: readonly Buffer[]): Buffer => edgeRoot(growEdge(emptyEdge, hashes).edge);

const readerOf = (hashes: readonly Buffer[]) => (height: number, index: number) =>
  Promise.resolve(perfectRoot(hashes.slice(index * 2 ** height, (index + 1) * 2 ** height)));

/** RFC 6962's definition, word for word. */
function definedRoot(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes;
  if (only !== undefined && hashes.length === 1) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(definedRoot(hashes.slice(0, split)), definedRoot(hashes.slice(split)));
}

describe('the Merkle tree', () => {
  test('has the roots of the RFC 6962 reference vectors, in the writer and in the verifier', () => {
    const counter = countRoot();
    for (const [at, leaf] of leaves.entries()) {
      counter.add(hashLeaf(leaf));
      expect(rootOf(leaves.slice(0, at + 1).map(leafHash)).toString('hex')).toBe(roots[at]);
      expect(counter.root().toString('hex')).toBe(roots[at]);
    }
  });

  test('is the hash of nothing while it is empty', () => {
    expect(edgeRoot(emptyEdge).toString('base64')).toBe(
      '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    );
    expect(countRoot().root().equals(edgeRoot(emptyEdge))).toBe(true);
  });

  test('grown in any portions has the root that the definition gives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
        (portions) => {
          let edge = emptyEdge;
          const all: Buffer[] = [];
          for (const [at, count] of portions.entries()) {
            const more = Array.from({ length: count }, (_, leaf) =>
              leafHash(Buffer.from(`${at}/${leaf}`)),
            );
            all.push(...more);
            edge = growEdge(edge, more).edge;
          }
          expect(edgeRoot(edge).equals(definedRoot(all))).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('gives inclusion and consistency proofs that verify, and only for what they prove', async () => {
    const hashes = Array.from({ length: 70 }, (_, at) => leafHash(Buffer.of(at)));
    const read = readerOf(hashes);
    for (const size of [1, 2, 3, 7, 8, 33, 64, 70]) {
      const root = rootOf(hashes.slice(0, size));
      for (let index = 0; index < size; index += 1) {
        const proof = await inclusionProof(index, size, read);
        const leaf = hashes[index] ?? root;
        expect(verifyInclusion({ index, size, leaf, proof, root })).toBe(true);
        expect(verifyInclusion({ index, size, leaf: leafHash(leaf), proof, root })).toBe(false);
        if (index > 0)
          expect(verifyInclusion({ index: index - 1, size, leaf, proof, root })).toBe(false);
      }
      for (let from = 1; from <= size; from += 1) {
        const old = { size: from, root: rootOf(hashes.slice(0, from)) };
        const proof = await consistencyProof(from, size, read);
        expect(verifyConsistency(old, { size, root }, proof)).toBe(true);
        expect(
          verifyConsistency({ size: from, root: leafHash(old.root) }, { size, root }, proof),
        ).toBe(false);
      }
    }
  });
});

const proofs = corpusLines('merkle-proofs.jsonl');
describe.skipIf(proofs === null)(
  'the published proof vectors (../shared/hostile/merkle-proofs.jsonl)',
  () => {
    const hash = (text: unknown): Buffer =>
      Buffer.from(typeof text === 'string' ? text : '', 'base64');
    const hashes = (list: unknown): Buffer[] => (Array.isArray(list) ? list.map(hash) : []);
    const cases = (proofs ?? []).map((record) => ({ name: String(record['id']), record }));

    test.each(cases)('$name', ({ record }) => {
      const proof = hashes(record['proof']);
      const verdict =
        record['kind'] === 'inclusion'
          ? verifyInclusion({
              index: Number(record['leafIdx']),
              size: Number(record['treeSize']),
              leaf: hash(record['leafHash']),
              proof,
              root: hash(record['root']),
            })
          : verifyConsistency(
              { size: Number(record['size1']), root: hash(record['root1']) },
              { size: Number(record['size2']), root: hash(record['root2']) },
              proof,
            );
      expect(verdict).toBe(record['wantErr'] !== true);
    });
  },
);
