/** What Kafka says, by the names of its error codes, and what the client says of a connection. */
import { BrokerFault } from '../fault.js';

/** Reason and next step for names of Kafka’s errors. What is not here and may succeed later is `unavailable`. */
const SAID: readonly [names: RegExp, reason: BrokerFault['reason'], step: string, final?: true][] = [
  [/^UNKNOWN_TOPIC/, 'unroutable', 'create the topic, or correct kafka.topic'],
  [/AUTHORIZATION_FAILED$/, 'denied', 'allow the user WRITE and DESCRIBE on the topic'],
  [/SASL|^SECURITY_DISABLED$/, 'denied', 'correct kafka.sasl, and user and password in the endpoint’s url'],
  [/^(MESSAGE|RECORD_LIST)_TOO_LARGE$/, 'too_large', 'raise max.message.bytes of the topic', true],
  [/^(INVALID_RECORD|CORRUPT_MESSAGE|POLICY_VIOLATION)$/, 'rejected', 'check the settings of the topic'],
];
const UNAVAILABLE = 'check the brokers of the cluster, and min.insync.replicas of the topic';

/** An error of the client as one that the sink knows. */
export function faultOf(error: unknown): unknown {
  const errors = [...within(error)];
  for (const one of errors) if (one instanceof BrokerFault) return one;
  for (const one of errors) if (textIn(one, 'apiId')) return protocolFault(one);
  const [top] = errors;
  for (const one of errors) {
    const code = textIn(one, 'code');
    if (code === 'PLT_KFK_AUTHENTICATION') return protocolFault(one, 'SASL_AUTHENTICATION_FAILED');
    if (/^Unknown topic /.test(one.message)) return protocolFault(one, 'UNKNOWN_TOPIC_OR_PARTITION');
    // Of a socket, of a lookup, of egress
    if (code && !code.startsWith('PLT_KFK_')) return one;
  }
  const code = top && textIn(top, 'code');
  if (code === 'PLT_KFK_NETWORK' || code === 'PLT_KFK_MULTIPLE') {
    return Object.assign(new Error(errors.at(-1)?.message), { code: 'ECONNRESET' });
  }
  if (code)
    return new BrokerFault('protocol', `${top?.message}; check that Kafka 2.4 or newer answers at this url`);
  return error;
}

function protocolFault(error: Error, name = textIn(error, 'apiId') ?? ''): BrokerFault {
  const said = (textIn(error, 'serverErrorMessage') || error.message).replace(/\.$/, '');
  const found = SAID.find(([names]) => names.test(name));
  if (found) return new BrokerFault(found[1], `${name}: ${said}; ${found[2]}`, found[3]);
  const mayPass = Reflect.get(error, 'canRetry') === true || name === 'BROKER_NOT_AVAILABLE';
  return new BrokerFault(
    mayPass ? 'unavailable' : 'rejected',
    `${name}: ${said}; ${mayPass ? UNAVAILABLE : 'see the broker’s log'}`,
  );
}

/** An error with its causes and parts, outermost first. */
function* within(error: unknown): Generator<Error> {
  if (!(error instanceof Error)) return;
  yield error;
  if (error instanceof AggregateError) for (const one of error.errors) yield* within(one);
  yield* within(error.cause);
}

function textIn(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
