import type { Rule } from '../../rule.ts';
import { bounded, personal } from './personal-rule.ts';

/** Wallets correlate as tokens do; the profile `evidence` keeps them. */
export const walletRules: readonly Rule[] = [
  personal({
    id: 'bitcoin-address',
    kind: 'wallet',
    digitsMin: 1,
    runMin: 26,
    pattern: bounded('[13LMDAXT9][1-9A-HJ-NP-Za-km-z]{25,34}'),
    group: 1,
    validator: 'base58check',
    positives: [
      '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
      'pay 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy',
      'to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa.',
    ],
    negatives: [
      '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3',
      '1111111111111111111111111111111',
      'x1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
    ],
    source: 'https://en.bitcoin.it/wiki/Base58Check_encoding',
  }),
  personal({
    id: 'bech32-address',
    kind: 'wallet',
    literals: ['bc1', 'tb1', 'ltc1', 'addr1', 'cosmos1', 'bnb1'],
    pattern: bounded(
      '(?:bc1|tb1|ltc1|addr1|cosmos1|bnb1|BC1|TB1)[02-9ac-hj-np-zAC-HJ-NP-Z]{14,100}',
    ),
    group: 1,
    validator: 'bech32',
    positives: [
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4',
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
    ],
    negatives: [
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5',
      'Bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      'bc1 is short',
    ],
    source: 'https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki',
  }),
  personal({
    id: 'ethereum-address',
    kind: 'wallet',
    literals: ['0x'],
    runMin: 42,
    pattern: bounded('0x[0-9a-fA-F]{40}'),
    group: 1,
    near: { words: ['eth', 'ethereum', 'wallet*', 'erc20', 'metamask', 'usdt', 'crypto*'] },
    proof: 'ethereum',
    positives: [
      '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
      'wallet 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed',
      'ETH: 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    ],
    negatives: [
      'sha1 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed',
      '0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
      '0x1234',
    ],
    source: 'https://eips.ethereum.org/EIPS/eip-55',
  }),
  personal({
    id: 'monero-address',
    kind: 'wallet',
    digitsMin: 1,
    runMin: 95,
    pattern: bounded('[48][1-9A-HJ-NP-Za-km-z]{94}'),
    group: 1,
    validator: 'monero',
    positives: [
      '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A',
      'donate to 44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A.',
      '888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H',
    ],
    negatives: [
      '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3B',
      '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3',
      '4',
    ],
    source: 'https://docs.getmonero.org/public-address/standard-address/',
  }),
];
