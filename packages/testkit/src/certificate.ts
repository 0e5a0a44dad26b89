/**
 * Certificates for tests, made when they are needed, so that no private key is kept in the
 * repository and none of them expires there. Writes the few pieces of DER (RFC 5280) that a server needs.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** Both are PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

const DAY_MS = 24 * 3_600_000;

/** Self-signed, for these host names or IPv4 addresses. `days`: until it expires; negative: it has. */
export function selfSigned({ names, days = 1 }: { names: string[]; days?: number }): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const name = der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, Buffer.from(names[0] ?? 'test')))));
  const until = Date.now() + days * DAY_MS;
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    name,
    der(0x30, time(until - 400 * DAY_MS), time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, subjectAltNames(names), IS_CA)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  return {
    cert: pem(der(0x30, body, ECDSA_SHA256, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const ECDSA_SHA256 = der(0x30, oid('2a8648ce3d040302'));
const IS_CA = der(
  0x30,
  oid('551d13'),
  der(0x01, Buffer.from([0xff])),
  der(0x04, der(0x30, der(0x01, Buffer.from([0xff])))),
);

function subjectAltNames(names: string[]): Buffer {
  const entries = names.map((name) =>
    /^\d+(\.\d+){3}$/.test(name)
      ? der(0x87, Buffer.from(name.split('.').map(Number)))
      : der(0x82, Buffer.from(name)),
  );
  return der(0x30, oid('551d11'), der(0x04, der(0x30, ...entries)));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** GeneralizedTime */
function time(epoch: number): Buffer {
  return der(
    0x18,
    Buffer.from(`${new Date(epoch).toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '')}`),
  );
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
