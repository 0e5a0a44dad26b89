/** Secrets as a setting: `env:NAME`, `file:/path`, or the value itself. Only the reference is ever printed. */
import { Credential, Secret } from '../secret.js';
import { maskedUrl } from './masked-url.js';
import { textOf } from './scalars.js';
import { type Kind, value } from './setting.js';

/** `host:port` of a Redis node; the port is optional. */
export const HOST_PORT = /^(\[[\da-f:]+\]|[\w.-]+)(:\d{1,5})?$/i;
const JSON_SCHEMA = { type: ['string', 'number', 'boolean'] };

const base: Omit<Kind<Secret>, 'words'> = {
  json: JSON_SCHEMA,
  read: (scalar) => new Secret(textOf(scalar), scalar.env),
  print: (secret) => secret.toString(),
  verbatim: true,
};

/** The value of a header. Empty is a value. */
export const headerValue = () => value<Secret>({ ...base, words: 'secret' });

/** A url, which may carry userinfo or a token. */
export const url = () =>
  value<Secret>({ ...base, words: 'url, may be a secret', json: { type: 'string' }, print: maskedUrl });

/** Message for a credential, or a list of credentials, that is empty. */
export const EMPTY_CREDENTIAL = 'is empty, which would disable authentication. Set a value or remove the key';

/** Certificates or a key as PEM text. */
export const pem = () =>
  value<Secret>({
    ...base,
    words: 'PEM, may be a secret',
    json: { type: 'string' },
    readsNothing: true,
    read(scalar, refuse) {
      const text = textOf(scalar);
      return text === ''
        ? refuse('is empty; write file:/path, or remove the key')
        : new Secret(text, scalar.env);
    },
  });

/** The word that stands for a connection without a proxy. */
export const DIRECT = 'direct';

/** Url of a proxy, which may carry a password, or {@link DIRECT}. */
export const proxyUrl = () =>
  value<Secret>({
    ...base,
    words: 'url or direct, may be a secret',
    json: { type: 'string' },
    print: (secret) => (revealed(secret) === DIRECT ? DIRECT : maskedUrl(secret)),
    readsNothing: true,
    read(scalar, refuse) {
      const secret = base.read(scalar, refuse);
      const text = revealed(secret);
      if (text === undefined || text === DIRECT) return secret;
      if (/^https?:\/\/[^/?#\s\\]/i.test(text) && URL.canParse(text)) return secret;
      return refuse('is not a url; write http://proxy:3128, or direct for no proxy');
    },
  });

/** A node of a Redis Cluster: `host:port`, or a url, which may carry a password. */
export const clusterNode = () =>
  value<Secret>({
    ...base,
    words: 'host:port or url, may be a secret',
    json: { type: 'string' },
    verbatim: false,
    print: (node) => node.reference ?? (HOST_PORT.test(node.reveal()) ? node.reveal() : maskedUrl(node)),
  });

/**
 * A credential that clients must send. An empty one is refused, not read as "no secret": a template that was not
 * filled in would disable authentication.
 */
export const credential = () =>
  value<Credential>({
    ...base,
    words: 'secret',
    readsNothing: true,
    rejectEmpty: true,
    read(scalar, refuse) {
      const text = textOf(scalar);
      return text === '' ? refuse(EMPTY_CREDENTIAL) : new Credential(text, scalar.env);
    },
  });

/** Base url of a service that is called, without a user: that is a credential. */
export const baseUrl = () =>
  value<Secret>({
    ...base,
    words: 'url, may be a secret',
    json: { type: 'string' },
    print: maskedUrl,
    readsNothing: true,
    read(scalar, refuse) {
      const secret = base.read(scalar, refuse);
      const text = revealed(secret);
      if (text === undefined) return secret;
      if (text === '') return refuse('is missing; write http://host:port or https://host');
      if (!/^https?:\/\/[^/?#\s\\]/i.test(text) || !URL.canParse(text))
        return refuse('is not a url; write http://host:port or https://host');
      if (new URL(text).username !== '')
        return refuse('contains a user; set it under auth.basic, which is not logged');
      return secret;
    },
  });

/** The value; undefined while its reference cannot be resolved. Never report it. */
export function revealed(secret: Secret): string | undefined {
  try {
    return secret.reveal();
  } catch {
    return undefined;
  }
}
