/** What RabbitMQ says when it closes a connection or a channel, and what the client says when it finds no RabbitMQ. */
import type { Message } from '../driver.js';
import { BrokerFault } from '../fault.js';

/** Of a connection, while it opens or later. */
export function openingFault(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const said = error.message;
  const own = 'code' in error ? error.code : undefined;
  if (error instanceof BrokerFault || (typeof own === 'string' && own !== 'ABORT_ERR')) return error;
  const isUnknownHost = said.includes('vhost') && said.includes('not found');
  if (isUnknownHost || /ACCESS[-_]REFUSED|NOT_ALLOWED/i.test(said)) {
    return new BrokerFault(
      'denied',
      `${said}; correct user, password and virtual host in the endpoint’s url`,
    );
  }
  if (/RESOURCE_ERROR|CONNECTION_FORCED|INTERNAL_ERROR/i.test(said)) {
    return new BrokerFault('unavailable', `${said}; see the broker’s log`);
  }
  if (/frame|Expected|unknown/i.test(said)) {
    const step = 'correct host and port in the endpoint’s url';
    return new BrokerFault('protocol', `what answers there is no AMQP 0.9.1 (${said}); ${step}`);
  }
  // Closed by the other side, or silent for two heartbeats
  return Object.assign(error, { code: 'ECONNRESET' });
}

/** AMQP's reply codes. */
const NOT_FOUND = 404;
const ACCESS_REFUSED = 403;

/** Why a channel was closed, for one of its messages: those to another exchange are only in its company. */
export function channelFault(error: Error, { texts, body }: Message): Error {
  const said = error.message;
  const code = 'code' in error ? error.code : 0;
  const exchange = texts.exchange ?? '';
  const isMeant = said.includes(`'${exchange}'`);
  if (code === NOT_FOUND && isMeant) {
    return new BrokerFault('unroutable', `${said}; declare the exchange, or correct amqp.exchange`);
  }
  if (code === ACCESS_REFUSED && isMeant) {
    return new BrokerFault('denied', `${said}; allow the user to write to this exchange`);
  }
  const largest = /max(?:imum)?(?: message)? size (\d+)/i.exec(said)?.[1];
  if (largest !== undefined && body.length > Number(largest)) {
    return new BrokerFault('too_large', `${said}; raise max_message_size of the broker`, true);
  }
  return Object.assign(new Error(`the channel was closed: ${said}`), { code: 'ECONNRESET' });
}
