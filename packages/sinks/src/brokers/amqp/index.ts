/**
 * AMQP 0.9.1, RabbitMQ: messages are persistent and published with confirms. A confirm alone says nothing about a message
 * that no queue takes: that is returned first, since it is `mandatory`.
 */
import { guardedLookup } from '@longshore/network/egress';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Sink } from '../../sink.js';
import type { BrokerOptions, Connecting, Message, Session } from '../driver.js';
import { BrokerFault, PackageMissing } from '../fault.js';
import { FACTS } from '../kinds.js';
import { openBroker } from '../sink.js';
import { installing } from '../usable.js';
import { channelFault, openingFault } from './faults.js';

/** Never throws; see `openSink`. */
export function openAmqp(options: BrokerOptions): Sink {
  return openBroker(options, { schemes: FACTS.amqp.schemes, connect });
}

async function connect(connecting: Connecting): Promise<Session> {
  const { connect: connectTo } = await client();
  const { target, egress, signal, secure } = connecting;
  const url = new URL(`http://${target.place}`);
  const { user, password, name, host: hostname, port } = target;
  const account = user || password ? { username: user, password } : {};
  const protocol = target.secure ? 'amqps' : 'amqp';
  const socket = {
    ...(target.secure && secure()),
    lookup: guardedLookup(url, (address) => egress.refusal(target, address)),
    // Ends the socket, whether it is connected or not
    signal,
    noDelay: true,
  };
  try {
    const server = { protocol, hostname, port, ...account, vhost: name || '/', heartbeat: HEARTBEAT_S };
    const model = await connectTo(server, socket);
    return await sessionOf(model, connecting);
  } catch (error) {
    throw openingFault(error);
  }
}

/** A connection over which nothing came for two of these is lost. */
const HEARTBEAT_S = 10;

async function client(): Promise<typeof import('amqplib')> {
  try {
    return await import('amqplib');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw isMissing ? new PackageMissing(installing('amqp')) : error;
  }
}

/** What becomes of messages that are not confirmed yet. */
type Pending = Map<Message, (fault: Error) => void>;

async function sessionOf(model: ChannelModel, { ended }: Connecting): Promise<Session> {
  const pending: Pending = new Map();
  let lost: Error | undefined;
  const failAll = (faultOf: (message: Message) => Error) => {
    for (const [message, fail] of pending) fail(faultOf(message));
  };
  const closed = new Promise<void>((resolve) => {
    model.once('close', () => resolve());
  });
  const end = (error: Error) => {
    lost ??= error;
    failAll(() => openingFault(error));
    ended();
  };
  model.on('error', end);
  model.once('close', () => end(Object.assign(new Error('connection closed'), { code: 'ECONNRESET' })));
  model.on('blocked', (reason) => failAll(() => blocked(reason)));

  const returned = new Map<string, string>();
  const channel = await model.createConfirmChannel();
  channel.on('return', ({ properties, fields }) => {
    returned.set(String(properties.messageId), 'replyText' in fields ? String(fields.replyText) : 'returned');
  });
  // The server closes a channel for what it refuses; what else was on its way there is sent again.
  channel.on('error', (error) => {
    failAll((message) => channelFault(error, message));
    ended();
  });
  return {
    publish: (message) => (lost ? Promise.reject(lost) : publish(channel, message, { pending, returned })),
    // The signal has ended the socket
    close: () => closed,
  };
}

const blocked = (reason: string): BrokerFault =>
  new BrokerFault(
    'unavailable',
    `the broker blocks publishers: ${reason}; see its alarms (rabbitmq-diagnostics alarms)`,
  );

function publish(
  channel: ConfirmChannel,
  message: Message,
  { pending, returned }: { pending: Pending; returned: Map<string, string> },
): Promise<string> {
  const { id, body, contentType, headers, texts } = message;
  const { exchange = '', routingkey = '' } = texts;
  for (const [name, text] of Object.entries({ exchange, routingkey })) {
    if (Buffer.byteLength(text) > LONGEST_NAME) return Promise.reject(tooLong(name, text));
  }
  return new Promise<string>((resolve, reject) => {
    pending.set(message, reject);
    const properties = { messageId: id, contentType, headers: named(headers), appId: 'longshore' };
    const how = { persistent: true, mandatory: true, timestamp: Math.floor(Date.now() / 1000) };
    channel.publish(exchange, routingkey, body, { ...properties, ...how }, (error) => {
      const said = returned.get(id);
      returned.delete(id);
      if (error) return reject(refused(error));
      if (said === undefined) return resolve(`exchange ${exchange}, routing key ${routingkey}`);
      const step = 'bind a queue to that exchange for it, or correct amqp.routingkey';
      reject(new BrokerFault('unroutable', `no queue takes ${routingkey} of ${exchange} (${said}); ${step}`));
    });
  }).finally(() => pending.delete(message));
}

/** Bytes of a short string of AMQP. */
const LONGEST_NAME = 255;

const tooLong = (name: string, text: string): BrokerFault =>
  new BrokerFault(
    'rejected',
    `${name} has ${Buffer.byteLength(text)} bytes, and AMQP takes ${LONGEST_NAME}; correct amqp.${name}`,
    true,
  );

/** As the AMQP binding of CloudEvents has attributes in the binary mode. */
const named = (headers: Message['headers']) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace(/^ce-/, 'cloudEvents:'), value]),
  );

/** Of a message, by a nack: its queue is full and refuses, or had trouble of its own. */
const refused = (error: Error): Error =>
  /nack/i.test(error.message)
    ? new BrokerFault(
        'unavailable',
        'the broker has refused the message (nack); check the length limits and the leader of the queue',
      )
    : Object.assign(error, { code: 'ECONNRESET' });
