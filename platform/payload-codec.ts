import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { SallyportError } from '../domain/errors.ts';
import { isObject } from '../domain/json.ts';
import type { KeyRing } from '../domain/key-ring.ts';

/** The second layer: what redaction lets through is sealed before Temporal stores it. AES-256-GCM, a fresh nonce for each payload. */
const sealedEncoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const nonceBytes = 12;
const tagBytes = 16;
const lengthBytes = 4;

/** Below this, preparing the compressor costs more than all the bytes that it saves. */
const packFromBytes = 4_096;
/** Far above what Temporal takes in one payload, even packed. */
const unpackedBytesMax = 64 * 1_048_576;
/** In the sealed head: how many bytes the data has once it is unpacked. */
const packedField = 'sallyport-packed';

export interface CodecOptions {
  readonly keyring: KeyRing;
  /** Bound to each payload: one that is copied to another namespace does not open. */
  readonly namespace: string;
  /** The last look at JSON before it is sealed: gives it back, or what may be stored in its place. */
  readonly look?: (json: Uint8Array) => Uint8Array;
}

/**
 * For Worker and Client alike. Payloads that are not sealed are refused on reading, so that nobody who can write to Temporal gets plain
 * data believed.
 */
export function createPayloadCodec(options: CodecOptions): PayloadCodec {
  return {
    encode: (payloads) =>
      Promise.resolve().then(() =>
        payloads.map((payload) => sealPayload(options, looked(options, payload))),
      ),
    decode: (payloads) =>
      Promise.resolve().then(() => payloads.map((payload) => openPayload(options, payload))),
  };
}

/** Worker, client and workflow bundle load the same module. */
export const failureConverterPath: string = fileURLToPath(
  new URL('failure-converter.ts', import.meta.url),
);

export function createDataConverter(options: CodecOptions): DataConverter {
  return { payloadCodecs: [createPayloadCodec(options)], failureConverterPath };
}

const jsonEncoding = 'json/plain';

/** The engine stores nothing but JSON: what is of another kind holds no foreign text. */
function looked(options: CodecOptions, payload: Payload): Payload {
  const { look } = options;
  const { data, metadata } = payload;
  if (look === undefined || data == null || textOf(metadata?.['encoding']) !== jsonEncoding)
    return payload;
  const shown = look(data);
  return shown === data ? payload : { ...payload, data: shown };
}

function sealPayload(options: CodecOptions, payload: Payload): Payload {
  const { keyring } = options;
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', keyNamed(keyring, keyring.current), nonce);
  cipher.setAAD(bindingOf(options, keyring.current));
  const { data, packed } = pack(payload.data ?? new Uint8Array());
  const head = Buffer.from(JSON.stringify({ ...headOf(payload), ...packed }));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(head.length);
  const body = [cipher.update(length), cipher.update(head), cipher.update(data), cipher.final()];
  return {
    metadata: { encoding: Buffer.from(sealedEncoding), [keyIdField]: Buffer.from(keyring.current) },
    data: Buffer.concat([nonce, ...body, cipher.getAuthTag()]),
  };
}

const headOf = (payload: Payload): Record<string, string> =>
  Object.fromEntries(
    Object.entries(payload.metadata ?? {}).map(([name, value]) => [
      name,
      Buffer.from(value).toString('base64'),
    ]),
  );

/**
 * Batches say the same 128 times over: a tenth of the bytes is left, which Temporal need not carry, store and keep. Only
 * who can read what stands in the database anyway sees how well it packed.
 */
function pack(data: Uint8Array): { data: Uint8Array; packed: Record<string, number> } {
  // Without data protobuf may hand out an empty array in its place.
  if (data.length < packFromBytes) return { data: Uint8Array.from(data), packed: {} };
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  const smaller = zstdCompressSync(data, { params });
  return smaller.length < data.length
    ? { data: smaller, packed: { [packedField]: data.length } }
    : { data, packed: {} };
}

function unpack(data: Buffer, bytes: unknown): Buffer {
  if (bytes === undefined) return data;
  const isSize = typeof bytes === 'number' && Number.isInteger(bytes) && bytes <= unpackedBytesMax;
  if (!isSize) throw refused('a sealed payload is larger than we make them');
  return zstdDecompressSync(data, { maxOutputLength: bytes, chunkSize: bytes + packFromBytes });
}

function openPayload(options: CodecOptions, payload: Payload): Payload {
  const encoding = textOf(payload.metadata?.['encoding']);
  if (encoding !== sealedEncoding)
    throw refused(`a payload with encoding "${encoding.slice(0, 40)}" is not sealed`);
  const keyId = textOf(payload.metadata?.[keyIdField]);
  const data = payload.data ?? new Uint8Array();
  if (data.length < nonceBytes + tagBytes + lengthBytes)
    throw refused('a sealed payload is cut short');
  return parsePlain(decrypt(options, keyId, data));
}

function decrypt(options: CodecOptions, keyId: string, data: Uint8Array): Buffer {
  const decipher = createDecipheriv(
    'aes-256-gcm',
    keyNamed(options.keyring, keyId),
    data.subarray(0, nonceBytes),
    { authTagLength: tagBytes },
  );
  decipher.setAAD(bindingOf(options, keyId));
  decipher.setAuthTag(data.subarray(data.length - tagBytes));
  try {
    return Buffer.concat([
      decipher.update(data.subarray(nonceBytes, data.length - tagBytes)),
      decipher.final(),
    ]);
  } catch {
    throw refused('a sealed payload was changed, or belongs to another namespace');
  }
}

function parsePlain(plain: Buffer): Payload {
  const headEnd = lengthBytes + plain.readUInt32BE(0);
  if (headEnd > plain.length) throw refused('a sealed payload has no valid head');
  const head: unknown = JSON.parse(plain.toString('utf8', lengthBytes, headEnd));
  if (!isObject(head)) throw refused('a sealed payload has no valid head');
  const { [packedField]: bytes, ...described } = head;
  const metadata = Object.fromEntries(
    Object.entries(described).map(([name, value]): [string, Uint8Array] => [
      name,
      Buffer.from(typeof value === 'string' ? value : '', 'base64'),
    ]),
  );
  return { metadata, data: unpack(plain.subarray(headEnd), bytes) };
}

const textOf = (bytes: Uint8Array | null | undefined): string =>
  Buffer.from(bytes ?? []).toString('utf8');
const bindingOf = (options: CodecOptions, keyId: string): Buffer =>
  Buffer.from(`sallyport/payload/v1|${keyId}|${options.namespace}`, 'utf8');
const refused = (why: string): SallyportError => new SallyportError('CREDENTIAL_REFUSED', why);

/** Node prepares a key once; doing so for each payload costs more than sealing a small one. */
const prepared = new WeakMap<Uint8Array, KeyObject>();

function keyNamed(keyring: KeyRing, id: string): KeyObject {
  const key = Object.hasOwn(keyring.keys, id) ? keyring.keys[id] : undefined;
  if (key === undefined) throw refused(`no payload key ${id.slice(0, 16)} on the ring`);
  const ready = prepared.get(key) ?? createSecretKey(key);
  prepared.set(key, ready);
  return ready;
}
