import type { Rule } from '../../rule.ts';
import { re, vendorKey } from '../make-rule.ts';

/** Work, support, customers and shops. */
export const workAppKeys: readonly Rule[] = [
  vendorKey('beamer-key', {
    names: ['beamer'],
    value: re`b_[A-Za-z0-9_=-]{44}`,
    sample: 'b_{url:44}',
    alone: true,
    source: 'https://www.getbeamer.com/api',
  }),
  vendorKey('calendly-token', {
    names: ['calendly'],
    value: re`eyJ[A-Za-z0-9._-]{60,}|[A-Za-z0-9_-]{43}`,
    sample: '{url:43}',
    alone: true,
    source: 'https://developer.calendly.com/',
  }),
  vendorKey('dropbox-secret', {
    names: ['dropbox'],
    value: re`[a-z0-9]{15}|[a-z0-9]{11}AAAAAAAAAA[A-Za-z0-9_=-]{43}|[A-Za-z0-9_-]{64}`,
    sample: '{b36:15}',
    source: 'https://www.dropbox.com/developers/documentation',
  }),
  vendorKey('etsy-token', {
    names: ['etsy'],
    value: re`[a-z0-9]{24}`,
    sample: '{b36:24}',
    source: 'https://developers.etsy.com/documentation/',
  }),
  vendorKey('freshdesk-key', {
    names: ['freshdesk'],
    value: re`[A-Za-z0-9]{20}`,
    sample: '{b62:20}',
    alone: true,
    source: 'https://developers.freshdesk.com/api/',
  }),
  vendorKey('gocanvas-key', {
    names: ['gocanvas'],
    value: re`[A-Za-z0-9+/=]{43,45}`,
    sample: '{b64:44}',
    alone: true,
    source: 'https://www.gocanvas.com/',
  }),
  vendorKey('hubspot-key', {
    names: ['hubspot'],
    value: re`[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}`,
    sample: '{uuid}',
    alone: true,
    source: 'https://developers.hubspot.com/docs/',
  }),
  vendorKey('intercom-key', {
    names: ['intercom'],
    value: re`[A-Za-z0-9_=-]{60}`,
    sample: '{b62:59}=',
    alone: true,
    source: 'https://developers.intercom.com/docs/',
  }),
  vendorKey('jira-token', {
    names: ['jira', 'confluence', 'atlassian'],
    value: re`[A-Za-z0-9]{24}|[A-Za-z0-9+/]{44}`,
    sample: '{b62:24}',
    source: 'https://support.atlassian.com/atlassian-account/docs/',
  }),
  vendorKey('monday-token', {
    names: ['monday.com', 'monday'],
    value: re`[a-f0-9]{32}|eyJ[A-Za-z0-9._-]{80,}`,
    sample: '{hex:32}',
    source: 'https://developer.monday.com/api-reference/',
  }),
  vendorKey('onfleet-key', {
    names: ['onfleet'],
    value: re`[a-z0-9]{32}`,
    sample: '{b36:32}',
    alone: true,
    source: 'https://docs.onfleet.com/',
  }),
  vendorKey('rapidapi-key', {
    names: ['rapidapi', 'rapid.api'],
    value: re`[A-Za-z0-9_-]{50}`,
    sample: '{url:50}',
    alone: true,
    source: 'https://docs.rapidapi.com/docs/keys',
  }),
  vendorKey('squarespace-token', {
    names: ['squarespace'],
    value: re`[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}`,
    sample: '{uuid}',
    alone: true,
    source: 'https://developers.squarespace.com/',
  }),
  vendorKey('trello-key', {
    names: ['trello'],
    value: re`[A-Za-z0-9-]{32}|[a-f0-9]{64}`,
    sample: '{b62:32}',
    alone: true,
    source: 'https://developer.atlassian.com/cloud/trello/',
  }),
  vendorKey('zendesk-key', {
    names: ['zendesk'],
    value: re`[A-Za-z0-9]{40}`,
    sample: '{b62:40}',
    alone: true,
    source: 'https://developer.zendesk.com/api-reference/introduction/security-and-auth/',
  }),
];
