/**
 * NATS JetStream: a message is confirmed by the acknowledgement of the stream that has stored it. Within the stream's
 * window for duplicates (2 minutes unless it has another) the same delivery is stored once.
 */
import type { JetStreamClient, PubAck } from '@nats-io/jetstream';
import type { ConnectionOptions } from '@nats-io/transport-node';
import type { Sink } from '../../sink.js';
import type { BrokerOptions, Connecting, Message, Session } from '../driver.js';
import { BrokerFault, PackageMissing } from '../fault.js';
import { FACTS } from '../kinds.js';
import { openBroker } from '../sink.js';
import { installing } from '../usable.js';
import { connectThrough } from './transport.js';

/** What an endpoint of kind nats is opened with. */
export interface NatsOptions extends BrokerOptions {
  /** The stream that must have the message. */
  stream?: string;
  token?: string;
  /** Text of a file of credentials. */
  creds?: string;
}

/** Never throws; see `openSink`. */
export function openNats(options: NatsOptions): Sink {
  const { token, creds } = options;
  return openBroker(options, {
    schemes: FACTS.nats.schemes,
    connect: (connecting) => connect(connecting, options),
    secrets: [token, creds].filter((secret) => secret !== undefined),
  });
}

/** The client gives up after this; the attempt's own limit is below it, and ends the connection. */
const CLIENT_TIMEOUT_MS = 24 * 3_600_000;

async function connect(connecting: Connecting, options: NatsOptions): Promise<Session> {
  const { transport, jetstream } = await clients();
  const { ended, target } = connecting;
  const connection = await connectThrough(connecting, {
    // Other servers of the cluster would be connected to without the rules of egress.
    ignoreClusterUpdates: true,
    reconnect: false,
    noAsyncTraces: true,
    timeout: CLIENT_TIMEOUT_MS,
    name: `longshore ${options.name}`,
    ...userOf(connecting, options, transport),
    ...(target.secure && { tls: { servername: target.host, ...connecting.secure() } }),
  } as ConnectionOptions).catch((error) => {
    throw faultOf(error);
  });
  void connection.closed().then(ended);
  const stream = jetstream.jetstream(connection, { timeout: CLIENT_TIMEOUT_MS });
  return {
    publish: (message) => publish(stream, transport, message, options.stream),
    close: () => connection.close(),
  };
}

type Transport = typeof import('@nats-io/transport-node');

async function clients(): Promise<{ transport: Transport; jetstream: typeof import('@nats-io/jetstream') }> {
  try {
    const [transport, jetstream] = await Promise.all([
      import('@nats-io/transport-node'),
      import('@nats-io/jetstream'),
    ]);
    return { transport, jetstream };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw isMissing ? new PackageMissing(installing('nats')) : error;
  }
}

function userOf({ target }: Connecting, { token, creds }: NatsOptions, transport: Transport) {
  if (creds !== undefined) return { authenticator: transport.credsAuthenticator(Buffer.from(creds)) };
  if (token !== undefined) return { token };
  // As `nats://TOKEN@host` is read by its own tools
  if (target.user && !target.password) return { token: target.user };
  return target.user ? { user: target.user, pass: target.password } : {};
}

async function publish(
  stream: JetStreamClient,
  { headers: newHeaders }: Transport,
  { id, body, contentType, headers, texts }: Message,
  expected: string | undefined,
): Promise<string> {
  const subject = texts.subject ?? '';
  if (!isSubject(subject)) {
    throw new BrokerFault(
      'rejected',
      `the subject ${JSON.stringify(subject)} is none: it has a space, a wildcard or an empty part; correct nats.subject`,
      true,
    );
  }
  const sent = newHeaders();
  for (const [name, value] of Object.entries({ 'Content-Type': contentType, ...headers }))
    sent.set(name, value);
  try {
    const ack = await stream.publish(subject, body, {
      msgID: id,
      headers: sent,
      ...(expected !== undefined && { expect: { streamName: expected } }),
    });
    if (!isOfStream(ack)) throw noStream(subject);
    return wordsOf(ack);
  } catch (error) {
    throw error instanceof SyntaxError ? noStream(subject) : faultOf(error, subject);
  }
}

/** The client takes any JSON for one: a service that listens on the subject may be the first to answer. */
const isOfStream = ({ stream, seq }: Partial<PubAck>): boolean => Boolean(stream) && Number(seq) > 0;

const noStream = (subject: string): BrokerFault =>
  new BrokerFault(
    'unroutable',
    `what answers on ${subject} is no stream; publish to a subject that a stream has and no service answers on`,
  );

const wordsOf = ({ stream, seq, duplicate }: PubAck): string =>
  `stream ${stream}, sequence ${seq}${duplicate ? ', which it had already' : ''}`;

/** What NATS lets be published to. */
export const isSubject = (subject: string): boolean => /^[^\s.*>]+(?:\.[^\s.*>]+)*$/.test(subject);

/** By the names that the client gives its errors, and by JetStream's own codes. */
function faultOf(error: unknown, subject = ''): unknown {
  if (!(error instanceof Error)) return error;
  const said = error.message;
  switch (error.name) {
    case 'JetStreamNotEnabled':
    case 'NoRespondersError':
      return new BrokerFault(
        'unroutable',
        `no stream has the subject ${subject}; add it to a stream, or enable JetStream`,
      );
    case 'AuthorizationError':
    case 'UserAuthenticationExpiredError':
    case 'PermissionViolationError':
      return new BrokerFault('denied', `${said}; correct the credentials, or allow the user this subject`);
    case 'JetStreamApiError':
      return apiFault(said, 'code' in error ? Number(error.code) : 0);
    case 'RequestError':
    case 'ConnectionError':
    case 'ClosedConnectionError':
    case 'DrainingConnectionError':
      return error.cause instanceof Error && 'code' in error.cause
        ? error.cause
        : Object.assign(new Error(said), { code: 'ECONNRESET' });
    case 'InvalidArgumentError':
      return /max_payload/i.test(said) ? tooLarge(said) : error;
    default:
      return /unexpected response from server/.test(said)
        ? new BrokerFault(
            'protocol',
            'what answers there is no NATS; correct host and port in the endpoint’s url',
          )
        : error;
  }
}

const tooLarge = (said: string): BrokerFault =>
  new BrokerFault(
    'too_large',
    `${said}; raise max_payload of the server, or max_msg_size of the stream`,
    true,
  );

/** JetStream's codes: errors.json of the server. */
const TOO_LARGE = 10_054;
const OTHER_STREAM = 10_060;

function apiFault(said: string, code: number): BrokerFault {
  if (code === TOO_LARGE) return tooLarge(said);
  if (code === OTHER_STREAM)
    return new BrokerFault('unroutable', `${said}; correct nats.stream or nats.subject`);
  return new BrokerFault('unavailable', `${said}; check the stream’s limits and its leader`);
}
