import type { Rule } from '../../rule.ts';
import { re, vendorKey } from '../make-rule.ts';

/** Social networks, music, pictures and news. */
export const socialMediaKeys: readonly Rule[] = [
  vendorKey('facebook-secret', {
    names: ['facebook'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    source: 'https://developers.facebook.com/docs/facebook-login/security/',
  }),
  vendorKey('flickr-key', {
    names: ['flickr'],
    value: re`[a-z0-9]{32}`,
    sample: '{b36:32}',
    alone: true,
    source: 'https://www.flickr.com/services/api/',
  }),
  vendorKey('linkedin-secret', {
    names: ['linkedin'],
    value: re`[A-Za-z0-9]{16}|[A-Za-z0-9]{14}|WPL_AP1[.A-Za-z0-9]{12,40}`,
    sample: '{b62:16}',
    source: 'https://learn.microsoft.com/linkedin/shared/authentication/',
  }),
  vendorKey('nytimes-key', {
    names: ['nytimes', 'new.york.times', 'newyorktimes'],
    value: re`[A-Za-z0-9=_-]{32}`,
    sample: '{b62:32}',
    alone: true,
    source: 'https://developer.nytimes.com/',
  }),
  vendorKey('spotify-secret', {
    names: ['spotify'],
    value: re`[a-f0-9]{32}`,
    sample: '{hex:32}',
    source: 'https://developer.spotify.com/documentation/web-api',
  }),
  vendorKey('twitch-secret', {
    names: ['twitch'],
    value: re`[a-z0-9]{30}`,
    sample: '{b36:30}',
    alone: true,
    source: 'https://dev.twitch.tv/docs/authentication/',
  }),
  vendorKey('twitter-secret', {
    names: ['twitter'],
    value: re`[A-Za-z0-9]{45}|[A-Za-z0-9]{50}|[A-Za-z0-9]{25}|[A-Za-z0-9]{35,44}|\d{15,25}-[A-Za-z0-9]{20,40}`,
    sample: '{b62:45}',
    alone: true,
    source: 'https://docs.x.com/',
  }),
];
