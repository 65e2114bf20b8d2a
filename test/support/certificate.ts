import { generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';

/** A self-signed certificate made for one test run: none is kept in the repository. */
export interface TestCertificate {
  readonly pem: string;
  readonly privateKey: KeyObject;
  readonly keyPem: string;
}

export interface CertificateWish {
  readonly commonName: string;
  readonly from: Date;
  readonly to: Date;
}

export function testCertificate(wish: CertificateWish): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from(wish.commonName)))));
  const sha256WithRsa = sequence(oid('2a864886f70d01010b'), der(0x05, Buffer.alloc(0)));
  const altName = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const extensions = der(0xa3, sequence(sequence(oid('551d11'), der(0x04, altName))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    sha256WithRsa,
    name,
    sequence(time(wish.from), time(wish.to)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    extensions,
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(
    body,
    sha256WithRsa,
    der(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  return {
    pem: new X509Certificate(whole).toString(),
    privateKey,
    keyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const set = (...parts: readonly Buffer[]): Buffer => der(0x31, Buffer.concat(parts));
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

/** GeneralizedTime. */
const time = (date: Date): Buffer =>
  der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`));
