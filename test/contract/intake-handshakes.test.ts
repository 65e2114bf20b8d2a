import { createHmac } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import type { SourceConfig } from '../../platform/source-config.ts';
import { falcoAlert } from '../support/intake.ts';
import { useIntakeDatabase } from '../support/intake-database.ts';

const bearer = { kind: 'bearer', secrets: ['t'] } as const;
const sources: Readonly<Record<string, SourceConfig>> = {
  okta: { verify: bearer, handshake: { kind: 'okta' } },
  graph: { verify: { kind: 'graph', secrets: ['state-1'] }, handshake: { kind: 'graph' } },
  grid: { verify: bearer, handshake: { kind: 'event-grid' } },
  events: {
    verify: bearer,
    handshake: { kind: 'cloudevents', origins: ['eventemitter.example'], perMinute: 120 },
  },
  plain: { verify: bearer },
  github: { verify: { kind: 'product', product: 'github', secrets: ['s'] } },
};

const shared = useIntakeDatabase({ sources });

interface Sent {
  readonly method?: 'POST' | 'PUT' | 'GET' | 'OPTIONS';
  readonly headers?: Record<string, string>;
  readonly payload?: string;
}

const send = (url: string, sent: Sent): Promise<LightMyRequestResponse> =>
  shared.intake.app.inject({
    method: sent.method ?? 'POST',
    url: `/v1/alerts/${url}`,
    headers: sent.headers ?? {},
    ...(sent.payload === undefined ? {} : { payload: sent.payload }),
  });
const token = { authorization: 'Bearer t' };
const filed = async (): Promise<number> =>
  Number(
    (await shared.postgres.db.query<{ n: number }>('select count(*) as n from receipts'))[0]?.n,
  );

describe('Okta’s question', () => {
  const question = { 'x-okta-verification-challenge': 'abc<' };
  test('is answered with what it asked, as JSON', async () => {
    const answer = await send('okta', { method: 'GET', headers: { ...token, ...question } });
    expect([answer.statusCode, answer.json()]).toEqual([200, { verification: 'abc<' }]);
  });
  test('is refused without the credential of the hook, and unknown to other sources', async () => {
    expect((await send('okta', { method: 'GET', headers: question })).statusCode).toBe(401);
    expect(
      (await send('plain', { method: 'GET', headers: { ...token, ...question } })).statusCode,
    ).toBe(404);
  });
});

describe('Microsoft Graph', () => {
  test('gets its token back as plain text, however it is spelled', async () => {
    const answer = await send('graph?validationToken=%3Cscript%3E1', {});
    expect([answer.statusCode, answer.body]).toEqual([200, '<script>1']);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });
  test('gets no echo beyond the bound, and other sources echo nothing', async () => {
    expect((await send(`graph?validationToken=${'a'.repeat(1_025)}`, {})).statusCode).toBe(401);
    expect((await send('plain?validationToken=a', {})).statusCode).toBe(401);
    expect(await filed()).toBe(0);
  });
  test('is believed if each notification carries the secret', async () => {
    const body = (...states: readonly (string | null)[]): string =>
      JSON.stringify({
        value: states.map((clientState, at) => ({ clientState, id: `n-${at}`, title: 't' })),
      });
    expect((await send('graph', { payload: body('state-1', 'state-1') })).statusCode).toBe(202);
    expect((await send('graph', { payload: body('state-1', 'other') })).statusCode).toBe(401);
    expect((await send('graph', { payload: body('state-1', null) })).statusCode).toBe(401);
    expect((await send('graph', { payload: '{"value":[]}' })).statusCode).toBe(401);
  });
});

describe('Event Grid', () => {
  const question: Sent = {
    headers: { ...token, 'aeg-event-type': 'SubscriptionValidation' },
    payload: '[{"data":{"validationCode":"512d38b6"}}]',
  };
  test('gets its code back and files nothing', async () => {
    const answer = await send('grid', question);
    expect([answer.statusCode, answer.json()]).toEqual([200, { validationResponse: '512d38b6' }]);
    expect(await filed()).toBe(0);
  });
  test('gets nothing from a source that does not expect it', async () => {
    expect((await send('plain', question)).statusCode).toBe(202);
  });
});

describe('CloudEvents', () => {
  const ask = (origin: string): ReturnType<typeof send> =>
    send('events', { method: 'OPTIONS', headers: { 'webhook-request-origin': origin } });
  test('senders that are named are allowed, at a rate', async () => {
    const answer = await ask('eventemitter.example');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'webhook-allowed-origin': 'eventemitter.example',
      'webhook-allowed-rate': '120',
    });
  });
  test('other senders are not', async () => {
    const answer = await ask('evil.example');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['webhook-allowed-origin']).toBeUndefined();
  });
  test('in binary mode are one event with their headers, known again by source and id', async () => {
    const event = (id: string): Sent => ({
      method: 'PUT',
      headers: {
        ...token,
        'ce-specversion': '1.0',
        'ce-id': id,
        'ce-source': '/falco',
        'ce-type': 'rule.output.v1',
      },
      payload: JSON.stringify(falcoAlert()),
    });
    const first = await send('events', event('e-1'));
    expect(first.statusCode).toBe(202);
    expect((await send('events', event('e-1'))).json()).toEqual(first.json());
    const [row] = await shared.postgres.db.query<{ format: string }>(
      'select format from incidents',
    );
    expect(row?.format).toBe('falco');
    await send('events', event('e-2'));
    expect(await filed()).toBe(2);
  });
});

describe('a delivery of GitHub that is played again', () => {
  const payload = JSON.stringify(falcoAlert());
  const signature = `sha256=${createHmac('sha256', 's').update(payload).digest('hex')}`;
  const play = (id: string): ReturnType<typeof send> =>
    send('github', {
      payload,
      headers: { 'x-hub-signature-256': signature, 'x-github-delivery': id },
    });

  test('gets the same receipt', async () => {
    const first = await play('d-1');
    expect((await play('d-1')).json()).toEqual(first.json());
    expect(await filed()).toBe(1);
  });
  test('under another id, which nobody signed, counts nothing', async () => {
    await play('d-1');
    expect((await play('d-2')).statusCode).toBe(202);
    const [row] = await shared.postgres.db.query<{ count: number }>('select count from incidents');
    expect(Number(row?.count)).toBe(1);
  });
});
