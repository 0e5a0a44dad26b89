/** Google Pub/Sub over HTTP, signed by a service account. Delivered when Pub/Sub has answered with the message's id. */
import { importPKCS8, SignJWT } from 'jose';
import type { Sink } from '../../sink.js';
import type { BrokerOptions, Message } from '../driver.js';
import { BrokerFault } from '../fault.js';
import { type CloudAnswer, openCloud, textIn } from '../http-session.js';
import { FACTS } from '../kinds.js';

/** What an endpoint of kind pubsub is opened with. */
export interface PubSubOptions extends BrokerOptions {
  /** JSON of a service account's key. Absent: nothing is signed. */
  credentials?: string;
}

/** Never throws; see `openSink`. */
export function openPubSub(options: PubSubOptions): Sink {
  const { credentials } = options;
  return openCloud(options, {
    schemes: FACTS.pubsub.schemes,
    secrets: credentials === undefined ? [] : [credentials],
    async request(message, origin) {
      const { topic = '' } = message.texts;
      const token = credentials === undefined ? undefined : await tokenOf(credentials, origin);
      return {
        url: `${origin}/v1/${topic.split('/').map(encodeURIComponent).join('/')}:publish`,
        headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ messages: [bodyOf(message)] }),
      };
    },
    judge,
  });
}

function bodyOf({ key, body, contentType, headers }: Message) {
  return {
    data: body.toString('base64'),
    attributes: { 'Content-Type': contentType, ...headers },
    ...(key && { orderingKey: key }),
  };
}

/** A token that is made here: Pub/Sub takes it as it is, and no token endpoint is asked. */
async function tokenOf(credentials: string, origin: string): Promise<string> {
  const account = accountIn(credentials);
  try {
    const key = await importPKCS8(account.key, 'RS256');
    return await new SignJWT()
      .setProtectedHeader({ alg: 'RS256', kid: account.id, typ: 'JWT' })
      .setIssuer(account.email)
      .setSubject(account.email)
      .setAudience(`${origin}/`)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key);
  } catch {
    throw new BrokerFault('denied', 'private_key of pubsub.credentials cannot be read; correct it');
  }
}

function accountIn(credentials: string): { email: string; id: string; key: string } {
  const json = parsed(credentials);
  const [email, id, key] = ['client_email', 'private_key_id', 'private_key'].map((name) =>
    textIn(json, name),
  );
  if (email === undefined || key === undefined) {
    const why = 'pubsub.credentials is no key of a service account (JSON with client_email and private_key)';
    throw new BrokerFault('denied', `${why}; correct it`);
  }
  return { email, id: id ?? '', key };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function judge({ status, text, json }: CloudAnswer): string {
  const [messageId] = listIn(json, 'messageIds');
  if (status === 200 && typeof messageId === 'string') return `message ${messageId}`;
  const error = typeof json === 'object' && json !== null && 'error' in json ? json.error : undefined;
  const said = `${status} ${textIn(error, 'status') ?? ''} ${textIn(error, 'message') ?? text.slice(0, 200)}`;
  if (status === 404)
    throw new BrokerFault('unroutable', `${said}; create the topic, or correct pubsub.topic`);
  if (status === 401 || status === 403) {
    throw new BrokerFault(
      'denied',
      `${said}; correct pubsub.credentials, or give the account roles/pubsub.publisher`,
    );
  }
  if (status === 429 || status >= 500) throw new BrokerFault('unavailable', `${said}; it is tried again`);
  if (status === 413 || /too large|exceeds/i.test(said)) {
    throw new BrokerFault('too_large', `${said}; Pub/Sub takes 10 MB`, true);
  }
  throw new BrokerFault('rejected', `${said}; check pubsub.topic and the endpoint’s url`);
}

const listIn = (json: unknown, name: string): unknown[] => {
  const found = typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
  return Array.isArray(found) ? found : [];
};
