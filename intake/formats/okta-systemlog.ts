import type { FindingKind } from '../../domain/finding.ts';
import { declare } from '../declare.ts';
import { any, has } from '../recognise.ts';
import { literal } from '../sources.ts';
import { byTable } from '../severity-rules.ts';
import { firstOf, type View } from '../view.ts';

/** Okta's system log says of most events only that they happened; what it calls a threat or an attack is a detection. */
function kindOf(view: View): FindingKind {
  const type = firstOf(view, 'eventType');
  const suspected =
    firstOf(view, 'debugContext.debugData.threatSuspected').toLowerCase() === 'true';
  return suspected ||
    type.startsWith('security.') ||
    type.includes('threat') ||
    type.includes('attack') ||
    type.includes('suspicious') ||
    type.includes('rate_limit')
    ? 'detection'
    : 'audit';
}

const placeholders = ['unknown', 'unknown@unknown'];
const known =
  (path: string) =>
  (view: View): readonly string[] =>
    firstOf(view, 'actor.type') === 'IP address'
      ? []
      : [firstOf(view, path)].filter((text) => !placeholders.includes(text.toLowerCase()));

/** Okta system log events, polled or by event hook. */
export const oktaSystemlog = declare({
  name: 'okta-systemlog',
  recognises: any(has('eventtype', 'published', 'actor'), has('legacyeventtype')),
  kind: kindOf,
  product: literal('Okta'),
  title: ['displayMessage', 'eventType'],
  description: ['outcome.reason', 'displayMessage'],
  uid: 'uuid',
  time: 'published',
  severity: [byTable('severity', { debug: 1, info: 1, warn: 3, error: 4 })],
  analytic: { uid: 'eventType', name: 'eventType' },
  resources: [
    { type: 'account', name: ['target.alternateId', 'target.displayName'], uid: 'target.id' },
    { type: 'service', name: 'target.displayName' },
  ],
  actors: [
    { type: 'user', name: known('actor.alternateId'), uid: known('actor.id') },
    { type: 'user', name: known('actor.displayName') },
  ],
  observables: [
    ['ip', 'actor', ['client.ipAddress', 'request.ipChain.ip']],
    ['user', 'actor', known('actor.alternateId')],
  ],
});
