import { randomBytes } from 'node:crypto';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import {
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
  encodeToPayload,
  decodeFromPayloadsAtIndex,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/data-converter-helpers.js';
import { describe, expect, it } from 'vitest';
import { createDataConverter, createPayloadCodec } from '../../../platform/payload-codec.ts';
import { aKeyRing } from '../redaction/a-redactor.ts';

const codec = createPayloadCodec({ keyring: aKeyRing(), namespace: 'sallyport' });
const plain = defaultPayloadConverter.toPayload({ host: 'web-1' });

describe('the payload codec', () => {
  it('gives back what it sealed, and seals the same payload differently each time', async () => {
    const sealed = await codec.encode([plain, plain]);
    expect(Buffer.from(sealed[0]?.data ?? []).includes('web-1')).toBe(false);
    expect(sealed[0]?.data).not.toEqual(sealed[1]?.data);
    const [opened] = await codec.decode(sealed);
    expect(defaultPayloadConverter.fromPayload(opened ?? {})).toEqual({ host: 'web-1' });
    expect(await codec.encode([])).toEqual([]);
  });

  it('packs what repeats itself, and gives it back byte for byte', async () => {
    const runs = Array.from({ length: 200 }, (_, index) => ({ index, host: `web-${index}` }));
    const large = defaultPayloadConverter.toPayload({ runs });
    const [sealed] = await codec.encode([large]);
    expect(sealed?.data?.length).toBeLessThan((large.data?.length ?? 0) / 3);
    expect((await codec.decode([sealed ?? {}]))[0]).toEqual({
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from(large.data ?? []),
    });
  });

  it('leaves as it is what packing makes no smaller', async () => {
    const noise = { metadata: { encoding: Buffer.from('binary/plain') }, data: randomBytes(9_000) };
    const [opened] = await codec.decode(await codec.encode([noise]));
    expect(Buffer.from(opened?.data ?? [])).toEqual(noise.data);
    expect(opened?.metadata).toEqual(noise.metadata);
  });

  it('refuses any changed byte of data, and a changed key id', async () => {
    const [sealed] = await codec.encode([plain]);
    const data = sealed?.data ?? new Uint8Array();
    for (let at = 0; at < data.length; at += 1) {
      const changed = Uint8Array.from(data);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      await expect(codec.decode([{ ...sealed, data: changed }])).rejects.toMatchObject({
        code: 'CREDENTIAL_REFUSED',
      });
    }
    const two = createPayloadCodec({
      keyring: { current: 'k1', keys: { ...aKeyRing().keys, k2: new Uint8Array(32).fill(7) } },
      namespace: 'sallyport',
    });
    await expect(
      two.decode([
        { ...sealed, metadata: { ...sealed?.metadata, 'encryption-key-id': Buffer.from('k2') } },
      ]),
    ).rejects.toMatchObject({ code: 'CREDENTIAL_REFUSED' });
  });

  it('refuses payloads that are not sealed, cut short, from another namespace or under an unknown key', async () => {
    const [sealed] = await codec.encode([plain]);
    const refused = { code: 'CREDENTIAL_REFUSED' };
    await expect(codec.decode([plain])).rejects.toMatchObject(refused);
    await expect(
      codec.decode([{ ...sealed, metadata: { encoding: Buffer.from('binary/zlib') } }]),
    ).rejects.toMatchObject(refused);
    await expect(
      codec.decode([{ ...sealed, data: (sealed?.data ?? new Uint8Array()).subarray(0, 20) }]),
    ).rejects.toMatchObject(refused);
    await expect(
      createPayloadCodec({ keyring: aKeyRing(), namespace: 'other' }).decode(
        sealed === undefined ? [] : [sealed],
      ),
    ).rejects.toMatchObject(refused);
    await expect(
      createPayloadCodec({ keyring: aKeyRing(7, 'k9'), namespace: 'sallyport' }).decode(
        sealed === undefined ? [] : [sealed],
      ),
    ).rejects.toMatchObject(refused);
  });

  it('reads old payloads after a rotation and writes with the new key', async () => {
    const rotated = createPayloadCodec({
      keyring: { current: 'k2', keys: { ...aKeyRing().keys, k2: new Uint8Array(32).fill(3) } },
      namespace: 'sallyport',
    });
    const [opened] = await rotated.decode(await codec.encode([plain]));
    expect(defaultPayloadConverter.fromPayload(opened ?? {})).toEqual({ host: 'web-1' });
    const [sealed] = await rotated.encode([plain]);
    expect(Buffer.from(sealed?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('k2');
  });
});

describe('the data converter', () => {
  const converter = loadDataConverter(
    createDataConverter({ keyring: aKeyRing(), namespace: 'sallyport' }),
  );

  it('loads by its paths, as Worker and Client load it, and carries values', async () => {
    const payload = await encodeToPayload(converter, { a: 'plain-word' });
    expect(Buffer.from(payload.data ?? []).includes('plain-word')).toBe(false);
    expect(await decodeFromPayloadsAtIndex(converter, 0, [payload])).toEqual({ a: 'plain-word' });
  });

  it('hides the message and stack of failures', async () => {
    const failure = await encodeErrorToFailure(
      converter,
      ApplicationFailure.create({
        message: 'plain-word',
        type: 'VENDOR_DENIED',
        details: ['plain-word'],
      }),
    );
    expect(JSON.stringify(failure)).not.toContain('plain-word');
    expect(failure.applicationFailureInfo?.type).toBe('VENDOR_DENIED');
    expect((await decodeOptionalFailureToOptionalError(converter, failure))?.message).toBe(
      'plain-word',
    );
  });
});
