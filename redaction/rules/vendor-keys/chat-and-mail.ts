import type { Rule } from '../../rule.ts';
import { re, vendorKey } from '../make-rule.ts';

/** Chat, mail, calls and push messages. */
export const chatAndMailKeys: readonly Rule[] = [
  vendorKey('discord-secret', {
    names: ['discord'],
    value: re`[A-Za-z0-9_-]{32}|[a-f0-9]{64}`,
    sample: '{url:32}',
    alone: true,
    source: 'https://discord.com/developers/docs/topics/oauth2',
  }),
  vendorKey('gitter-token', {
    names: ['gitter'],
    value: re`[A-Za-z0-9_-]{40}`,
    sample: '{b62:40}',
    alone: true,
    source: 'https://developer.gitter.im/docs/authentication',
  }),
  vendorKey('klaviyo-key', {
    names: ['klaviyo'],
    value: re`pk_[a-f0-9]{34}`,
    sample: 'pk_{hex:34}',
    alone: true,
    source: 'https://developers.klaviyo.com/',
  }),
  vendorKey('mailjet-key', {
    names: ['mailjet'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    source: 'https://dev.mailjet.com/',
  }),
  vendorKey('mattermost-token', {
    names: ['mattermost'],
    value: re`[a-z0-9]{26}`,
    sample: '{b36:26}',
    alone: true,
    source: 'https://developers.mattermost.com/integrate/reference/personal-access-token/',
  }),
  vendorKey('messagebird-key', {
    names: ['messagebird', 'message.bird'],
    value: re`[A-Za-z0-9]{25}|[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}`,
    sample: '{b62:25}',
    alone: true,
    source: 'https://developers.messagebird.com/',
  }),
  vendorKey('postmark-token', {
    names: ['postmark'],
    value: re`[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}`,
    sample: '{uuid}',
    alone: true,
    source: 'https://postmarkapp.com/developer',
  }),
  vendorKey('pushover-token', {
    names: ['pushover'],
    value: re`[au][a-z0-9]{29}`,
    sample: 'a{b36:29}',
    alone: true,
    source: 'https://pushover.net/api',
  }),
  vendorKey('sendbird-key', {
    names: ['sendbird'],
    value: re`[a-f0-9]{40}|[A-Fa-f0-9]{8}(?:-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}`,
    sample: '{hex:40}',
    alone: true,
    source: 'https://sendbird.com/docs/',
  }),
  vendorKey('slack-signing-secret', {
    names: ['slack'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    source: 'https://api.slack.com/authentication/verifying-requests-from-slack',
  }),
  vendorKey('telegram-key', {
    names: ['telegram'],
    value: re`[0-9]{7,11}:[A-Za-z0-9_-]{35}|[a-f0-9]{32}`,
    sample: '{dig:9}:A{url:34}',
    alone: true,
    source: 'https://core.telegram.org/',
  }),
  vendorKey('zoom-secret', {
    names: ['zoom'],
    value: re`[A-Za-z0-9]{32}|[A-Za-z0-9]{22}`,
    sample: '{b62:32}',
    source: 'https://developers.zoom.us/docs/',
  }),
];
