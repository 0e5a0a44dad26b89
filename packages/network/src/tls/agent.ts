/**
 * node's HTTPS agent with what it lacks: certificates that are looked up with the first connection, and a server
 * name without the dot that makes a host name absolute, which is no part of it (RFC 6066 section 3).
 */
import type { Agent, AgentOptions } from 'node:https';
import { Agent as HttpsAgent } from 'node:https';
import type { SecureOptions } from './options.js';

type Connect = Agent['createConnection'];

/** The longest that one address of a name has for itself, in milliseconds. */
const LONGEST_ADDRESS_MS = 5_000;

/**
 * How long a connection to one address may take before the next one is tried, in milliseconds. Node's own 250 ms
 * end it, so a distant host with a second address that has no route is never reached.
 * @param timeout milliseconds of the whole request
 */
export const addressTimeout = (timeout: number): number =>
  Math.max(250, Math.min(LONGEST_ADDRESS_MS, Math.floor(timeout / 2)));

/** See the header. */
export class TlsAgent extends HttpsAgent {
  /** @param secure asked for at each connection */
  constructor(
    options: AgentOptions,
    private readonly secure: () => SecureOptions,
  ) {
    super(options);
  }

  override createConnection(...[options, done]: Parameters<Connect>): ReturnType<Connect> {
    return super.createConnection({ ...options, ...withoutDot(options), ...this.secure() }, done);
  }
}

/** The server name of these options without its dot; nothing when it has none. */
export function withoutDot(options: object): { servername?: string } {
  const servername = 'servername' in options ? options.servername : undefined;
  return typeof servername === 'string' && servername.endsWith('.')
    ? { servername: servername.slice(0, -1) }
    : {};
}
