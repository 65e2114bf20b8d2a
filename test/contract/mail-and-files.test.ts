import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallContext } from '../../connectors/contract.ts';
import { capabilityNamed } from '../../connectors/registry.ts';
import { startMailFake, type MailFault, type RunningMailFake } from '../../connectors/smtp/fake.ts';
import type { JsonObject } from '../../domain/json.ts';
import { systemClock } from '../../platform/clock.ts';
import { createEgress, type Egress } from '../../platform/http.ts';
import { aConnection, aContext } from '../support/connector-world.ts';

let egress: Egress;
beforeAll(() => {
  egress = createEgress({ clock: systemClock });
});
afterAll(() => egress.close());

async function codeOf(name: string, input: JsonObject, ctx: CallContext): Promise<string> {
  return (capabilityNamed(name)?.call(input, ctx) ?? Promise.reject(new TypeError(name))).then(
    () => 'ok',
    (error: { code?: string }) => String(error.code),
  );
}

describe('smtp.message.send', () => {
  let fake: RunningMailFake;
  let ctx: CallContext;
  const mail = { subject: 'Look', body: 'Text' };
  const name = 'smtp.message.send';
  beforeEach(async () => {
    fake = await startMailFake();
    ctx = aContext(
      aConnection({
        connector: 'smtp',
        address: fake.url,
        secret: 'fake-user:fake-password',
        options: { from: 'sallyport@corp.example', to: ['soc@corp.example'], timeoutMs: 2_000 },
      }),
      egress,
    );
  });
  afterEach(() => fake.stop());

  it('sends one mail with an id made of the idempotency key', async () => {
    expect(await codeOf(name, mail, ctx)).toBe('ok');
    expect(await codeOf(name, mail, ctx)).toBe('ok');
    const ids = fake.mails().map(({ raw }) => /^Message-ID: (.+)$/m.exec(raw)?.[1]);
    expect(ids[0]).toMatch(/^<[0-9a-f]{40}@corp\.example>/);
    expect(new Set(ids).size).toBe(1);
  });

  it.each<readonly [MailFault, string, number]>([
    ['after', 'EFFECT_UNKNOWN', 1],
    ['half', 'EFFECT_UNKNOWN', 1],
    ['silent', 'EFFECT_UNKNOWN', 1],
    ['before', 'VENDOR_UNAVAILABLE', 0],
    ['deaf', 'VENDOR_UNAVAILABLE', 0],
    ['refuse', 'INPUT_INVALID', 0],
    ['put-off', 'VENDOR_UNAVAILABLE', 0],
    ['denied', 'VENDOR_DENIED', 0],
  ])('with a server that fails %s is %s', async (fault, code, mails) => {
    fake.fail(fault);
    expect(await codeOf(name, mail, ctx)).toBe(code);
    expect(fake.mails()).toHaveLength(mails);
  });

  it('says how many of its recipients were refused, and fails where all were', async () => {
    const to = ['soc@corp.example', 'nobody@corp.example'];
    const send = capabilityNamed(name);
    expect(await send?.call({ ...mail, to }, ctx)).toMatchObject({ refused: 1 });
    expect(fake.mails()[0]?.to).toEqual(['soc@corp.example']);
    expect(await codeOf(name, { ...mail, to: to.slice(1) }, ctx)).toBe('INPUT_INVALID');
    expect(fake.mails()).toHaveLength(1);
  });

  it('can never tell what became of a lost answer, so that a person must', async () => {
    expect(await capabilityNamed(name)?.settle(mail, ctx)).toEqual({ kind: 'unknown' });
    expect(capabilityNamed(name)?.manifest.settle).toBe('none');
  });

  it('is certain that nothing was sent where nobody listens', async () => {
    await fake.stop();
    expect(await codeOf(name, mail, ctx)).toBe('VENDOR_UNAVAILABLE');
  });

  it.each([
    'x\r\nBcc: evil@evil.example',
    'x\r\n\r\n<html>',
    'x\nTo: evil@evil.example',
    'x\u2028Bcc: e@e.example',
  ])('lets the subject %j add neither header nor recipient nor body', async (subject) => {
    expect(await codeOf(name, { ...mail, subject }, ctx)).toBe('ok');
    const [sent] = fake.mails();
    const [head = '', body = ''] = (sent?.raw ?? '').split('\r\n\r\n');
    expect(head.match(/^(Bcc|To|Cc):.*$/gm)).toEqual(['To: soc@corp.example']);
    expect(sent?.to).toEqual(['soc@corp.example']);
    expect(body.trim()).toBe('Text');
  });

  it.each([
    'a@b.example, c@d.example',
    '"x" <a@b.example>',
    'a@b.example\r\nBcc: c@d.example',
    'a b@c.example',
  ])('refuses %j as a recipient', async (to) => {
    expect(await codeOf(name, { ...mail, to: [to] }, ctx)).toBe('INPUT_INVALID');
  });

  it('does not go to a public server without TLS', async () => {
    const open = aContext({ ...ctx.connection, egress: { hosts: [], private: false } }, egress);
    expect(await codeOf(name, mail, open)).toBe('EGRESS_BLOCKED');
    expect(fake.mails()).toEqual([]);
  });
});

describe('inventory files', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sallyport-files-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));
  const at = (connector: string, file: string): CallContext =>
    aContext(aConnection({ connector, address: join(dir, file) }), egress);

  it('find an asset by name, without regard to case, in CSV and in JSON alike', async () => {
    await writeFile(
      join(dir, 'assets.csv'),
      '\ufeffName,Criticality,Exposure,Team,Tags\n"web-7",crown,internet,platform,a;b\n',
    );
    await writeFile(
      join(dir, 'assets.json'),
      JSON.stringify([
        {
          name: 'web-7',
          criticality: 'crown',
          exposure: 'internet',
          team: 'platform',
          tags: ['a', 'b'],
        },
      ]),
    );
    const expected = {
      found: true,
      name: 'web-7',
      criticality: 'crown',
      exposure: 'internet',
      environment: '',
      owner: '',
      team: 'platform',
      tags: ['a', 'b'],
    };
    for (const file of ['assets.csv', 'assets.json'])
      expect(
        await capabilityNamed('assets.asset.find')?.call({ name: 'WEB-7' }, at('assets', file)),
      ).toEqual(expected);
    expect(
      await capabilityNamed('assets.asset.find')?.call(
        { name: '__proto__' },
        at('assets', 'assets.json'),
      ),
    ).toMatchObject({ found: false });
  });

  it('are read anew when they change', async () => {
    const file = join(dir, 'changing.csv');
    await writeFile(file, 'name,team\nweb-7,one\n');
    expect(
      await capabilityNamed('assets.asset.find')?.call(
        { name: 'web-7' },
        at('assets', 'changing.csv'),
      ),
    ).toMatchObject({ team: 'one' });
    await writeFile(file, 'name,team\nweb-7,two\n');
    await utimes(file, new Date(), new Date(Date.now() + 5_000));
    expect(
      await capabilityNamed('assets.asset.find')?.call(
        { name: 'web-7' },
        at('assets', 'changing.csv'),
      ),
    ).toMatchObject({ team: 'two' });
  });

  it('say the worst of what is known about many values', async () => {
    await writeFile(
      join(dir, 'list.csv'),
      'value,type,verdict,score\n198.51.100.7,ip,suspicious,50\nevil.example,domain,MALICIOUS,900\nok.example,domain,benign,0\n',
    );
    const answer = await capabilityNamed('indicators.indicator.find')?.call(
      { values: ['EVIL.example', '198.51.100.7', 'none'] },
      at('indicators', 'list.csv'),
    );
    expect(answer).toMatchObject({
      found: true,
      count: 2,
      worst: 'malicious',
      matches: [{ score: 50 }, { score: 0, verdict: 'malicious' }],
    });
  });

  it('that are absent or hold something else are errors of their own', async () => {
    await writeFile(join(dir, 'odd.json'), '{"name":"web-7"}');
    await writeFile(join(dir, 'odd.csv'), 'a,b\n"unclosed');
    expect(await codeOf('assets.asset.find', { name: 'x' }, at('assets', 'none.csv'))).toBe(
      'VENDOR_UNAVAILABLE',
    );
    expect(await codeOf('assets.asset.find', { name: 'x' }, at('assets', 'odd.json'))).toBe(
      'RESPONSE_INVALID',
    );
    expect(await codeOf('assets.asset.find', { name: 'x' }, at('assets', 'odd.csv'))).toBe(
      'RESPONSE_INVALID',
    );
  });
});
