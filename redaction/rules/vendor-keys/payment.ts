import type { Rule } from '../../rule.ts';
import { re, vendorKey } from '../make-rule.ts';

/** Payment, banks, exchanges and chains. */
export const paymentKeys: readonly Rule[] = [
  vendorKey('binance-key', {
    names: ['binance'],
    value: re`[A-Za-z0-9]{64}`,
    sample: '{b62:64}',
    alone: true,
    source: 'https://developers.binance.com/docs/',
  }),
  vendorKey('bittrex-key', {
    names: ['bittrex'],
    value: re`[a-z0-9]{32}`,
    sample: '{b36:32}',
    alone: true,
    source: 'https://bittrex.github.io/api/',
  }),
  vendorKey('coinbase-key', {
    names: ['coinbase'],
    value: re`[A-Za-z0-9_-]{64}`,
    sample: '{url:64}',
    alone: true,
    source: 'https://docs.cdp.coinbase.com/',
  }),
  vendorKey('etherscan-key', {
    names: ['etherscan'],
    value: re`[A-Z0-9]{34}`,
    sample: '{B36:34}',
    alone: true,
    source: 'https://docs.etherscan.io/',
  }),
  vendorKey('finnhub-key', {
    names: ['finnhub'],
    value: re`[a-z0-9]{20}|[a-z0-9]{40}`,
    sample: '{b36:20}',
    alone: true,
    source: 'https://finnhub.io/docs/api/authentication',
  }),
  vendorKey('freshbooks-token', {
    names: ['freshbooks'],
    value: re`[a-z0-9]{64}`,
    sample: '{b36:64}',
    alone: true,
    source: 'https://www.freshbooks.com/api/authentication',
  }),
  vendorKey('infura-key', {
    names: ['infura'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    alone: true,
    source: 'https://docs.metamask.io/services/',
  }),
  vendorKey('kraken-key', {
    names: ['kraken'],
    value: re`[A-Za-z0-9/=_+-]{80,90}|[A-Za-z0-9/+]{56}`,
    sample: '{b64:88}',
    alone: true,
    source: 'https://docs.kraken.com/api/',
  }),
  vendorKey('kucoin-key', {
    names: ['kucoin'],
    value: re`[a-f0-9]{24}|[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}`,
    sample: '{hex:24}',
    alone: true,
    source: 'https://www.kucoin.com/docs/',
  }),
  vendorKey('luno-key', {
    names: ['luno'],
    value: re`[A-Za-z0-9_-]{43}|[a-z0-9]{13}`,
    sample: '{url:43}',
    alone: true,
    source: 'https://www.luno.com/en/developers/api',
  }),
  vendorKey('paypal-secret', {
    names: ['paypal'],
    value: re`E[A-Za-z0-9_-]{43,79}|A[A-Za-z0-9_-]{79}`,
    sample: 'E{url:79}',
    alone: true,
    source: 'https://developer.paypal.com/api/rest/',
  }),
  vendorKey('plaid-secret', {
    names: ['plaid'],
    value: re`[a-z0-9]{30}|[a-z0-9]{24}`,
    sample: '{b36:30}',
    alone: true,
    source: 'https://plaid.com/docs/',
  }),
];
