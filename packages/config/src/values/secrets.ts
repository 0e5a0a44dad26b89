/** Secrets as a setting: `env:NAME`, `file:/path`, or the value itself. Never printed but by their reference. */
import { Secret } from '../secret.js';
import { maskedUrl } from './masked-url.js';
import { textOf } from './scalars.js';
import { type Kind, value } from './setting.js';

/** `host:port` of a Redis node; the port may be left out. */
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

/** What is said of a credential, or a list of them, that holds nothing. */
export const OPEN_DOOR = 'is empty, which would let everybody in. Give it a value or remove it';

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
 * What somebody has to know to get in. Nothing is refused, not taken as "no secret": a template that
 * forgot to fill it in would open the door.
 */
export const credential = () =>
  value<Secret>({
    ...base,
    words: 'secret',
    readsNothing: true,
    guards: true,
    read(scalar, refuse) {
      if (textOf(scalar) === '') return refuse(OPEN_DOOR);
      return base.read(scalar, refuse);
    },
  });
