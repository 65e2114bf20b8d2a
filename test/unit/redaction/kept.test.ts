import { describe, expect, it } from 'vitest';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const clean = (text: string): string => redactor.redactText(text).text;

const group = '0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d';
const tenant = '7f6e5d4c-3b2a-4918-8776-655443322110';
const owner = '31415926-5358-4979-8323-846264338327';
const key = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const hidden = '[redacted:teams-webhook]';
const newer = `V2${'aB3_dE5-'.repeat(5)}`;
const b62 = 'q7Wc2ZpR9tLx4VbN8sKd1MfG';

describe('of a secret inside something longer', () => {
  it.each([
    [
      'the tenant and the maker of a Teams webhook stay',
      `post to https://outlook.office.com/webhook/${group}@${tenant}/IncomingWebhook/${key}/${owner}`,
      `post to https://outlook.office.com/webhook/${hidden}@${tenant}/IncomingWebhook/${hidden}/${owner}`,
    ],
    [
      'the same of a webhook of another connector, escaped twice',
      `https://outlook.office365.com/webhook/${group}%2540${tenant}/JenkinsCI/${key}/${owner}`,
      `https://outlook.office365.com/webhook/${hidden}%2540${tenant}/JenkinsCI/${hidden}/${owner}`,
    ],
    [
      'a hash and an id in a path of another address stay',
      `https://outlook.office.com/webhook/${group}/x then https://h.example/Report/${key}/${owner}`,
      `https://outlook.office.com/webhook/${hidden} then https://h.example/Report/${key}/${owner}`,
    ],
    [
      'the same of a newer address with a second key, its @ escaped',
      `https://corp.webhook.office.com/webhookb2/${group}%40${tenant}/IncomingWebhook/${key}/${owner}/${newer}`,
      `https://corp.webhook.office.com/webhookb2/${hidden}%40${tenant}/IncomingWebhook/${hidden}/${owner}/${hidden}`,
    ],
    [
      'nothing stays of a Teams webhook of a shape that is not known',
      `https://corp.webhook.office.com/webhookb2/${group}/${key}`,
      `https://corp.webhook.office.com/webhookb2/${hidden}`,
    ],
    [
      'the workspace of a Slack webhook stays',
      `https://hooks.slack.com/services/T01ABCDEFG/B02HIJKLMN/${b62}`,
      'https://hooks.slack.com/services/T01ABCDEFG/[redacted:slack-webhook]',
    ],
    [
      'the id of a Discord webhook stays',
      `https://discord.com/api/v10/webhooks/123456789012345678/${b62}${b62}`,
      'https://discord.com/api/v10/webhooks/123456789012345678/[redacted:discord-webhook]',
    ],
    [
      'a fixed word in the place of a password stays, and the host behind it',
      `git+https://${b62}1:x-oauth-basic@git.example.com/a/b.git`,
      'git+https://[redacted:url-password]:x-oauth-basic@git.example.com/a/b.git',
    ],
    [
      'a placeholder in the place of a password makes no address with the host',
      'mysql://root:password@db.example.com:3306/app',
      'mysql://root:password@db.example.com:3306/app',
    ],
    [
      'the line behind a token in a file that is written as one line stays',
      `2026-01-02 INFO {"config.ini": "BUILD_TOKEN=${b62}\\nBACKUP_ENABLED=true"}`,
      `2026-01-02 INFO {"config.ini": "BUILD_TOKEN=[redacted:token]\\nBACKUP_ENABLED=true"}`,
    ],
    [
      'the next name behind a password in such a file stays',
      `was "DB_PASSWORD=hunter2!\\nDB_HOST=db1.example"`,
      `was "DB_PASSWORD=[redacted:password]\\nDB_HOST=db1.example"`,
    ],
    [
      'the quote behind a token stays',
      `echo npm_${b62}0123456789aB" >> x`,
      'echo [redacted:npm-token]" >> x',
    ],
  ])('%s', (_, text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  it('nothing stays of a password with a backslash', () => {
    expect(clean('DB_PASSWORD=ab\\n3kd9!x')).toBe('DB_PASSWORD=[redacted:password]');
  });

  it('an address behind a user and an @ is one still', () => {
    expect(clean('see https://h.example/x?to=jane.doe@example.com')).toMatch(/to=<email:/);
    expect(clean('note://a b: jane.doe@example.com')).toMatch(/b: <email:/);
  });
});
