import type { Rule } from '../../rule.ts';
import { re, vendorKey } from '../make-rule.ts';

/** AI services. */
export const aiKeys: readonly Rule[] = [
  vendorKey('assemblyai-key', {
    names: ['assemblyai', 'assembly.ai'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    source: 'https://www.assemblyai.com/docs',
  }),
  vendorKey('cohere-key', {
    names: ['cohere', 'co.api.key'],
    value: re`[A-Za-z0-9]{40}`,
    sample: '{b62:40}',
    alone: true,
    source: 'https://docs.cohere.com/',
  }),
  vendorKey('deepgram-key', {
    names: ['deepgram'],
    value: re`[a-f0-9]{40}`,
    sample: '{hex:40}',
    source: 'https://developers.deepgram.com/',
  }),
  vendorKey('elevenlabs-key', {
    names: ['elevenlabs', 'xi.api.key'],
    value: re`sk_[a-f0-9]{48}|[a-f0-9]{32}`,
    sample: 'sk_{hex:48}',
    alone: true,
    source: 'https://elevenlabs.io/docs/api-reference/authentication',
  }),
  vendorKey('mistral-key', {
    names: ['mistral'],
    value: re`[A-Za-z0-9]{32}`,
    sample: '{b62:32}',
    alone: true,
    source: 'https://docs.mistral.ai/',
  }),
  vendorKey('privateai-key', {
    names: ['private.ai', 'privateai'],
    value: re`[a-z0-9]{32}`,
    sample: '{b36:32}',
    alone: true,
    source: 'https://docs.private-ai.com/',
  }),
  vendorKey('wandb-key', {
    names: ['wandb', 'weights.and.biases'],
    value: re`[a-f0-9]{40}`,
    sample: '{hex:40}',
    alone: true,
    source: 'https://docs.wandb.ai/',
  }),
];
