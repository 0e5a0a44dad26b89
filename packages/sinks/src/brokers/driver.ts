/** The port of a kind of broker: a connection that messages are published over, each confirmed. */
import type { Delivery } from '@longshore/event';
import type { Format, RenderOptions } from '@longshore/formats';
import type { Texts } from '@longshore/formats/template';
import type { SecureOptions, TlsOptions, Trust } from '@longshore/network';
import type { Egress } from '@longshore/network/egress';
import type { BrokerTarget } from './target.js';

/** One delivery as a message. */
export interface Message {
  /** The delivery's id: the same in every attempt. */
  id: string;
  /** The repository; empty where the event names none. */
  key: string;
  body: Buffer;
  contentType: string;
  /** Of Longshore and of the format, by name. */
  headers: Readonly<Record<string, string>>;
  /** The texts of the kind's block, rendered for this event. */
  texts: Readonly<Record<string, string>>;
}

/** An open connection, for any number of messages at the same time. */
export interface Session {
  /**
   * Resolves when the broker has stored the message, with what it said.
   * @throws BrokerFault for what the broker said; any other error: the connection is of no more use
   */
  publish(message: Message): Promise<string>;
  /** Ends it at once. Resolves when no socket is left. */
  close(): Promise<void>;
}

/** What a connection is opened with. */
export interface Connecting {
  target: BrokerTarget;
  /** Asked for at each connection. */
  secure(): SecureOptions;
  egress: Egress;
  /** Ends what is still connecting. */
  signal: AbortSignal;
  /** To be called when the connection is lost. */
  ended(): void;
}

/** Opens a connection. Rejects with BrokerFault, PackageMissing or the error of a socket. */
export type Connect = (connecting: Connecting) => Promise<Session>;

/** What endpoints of every kind of broker are opened with. Secrets are resolved: these are the values themselves. */
export interface BrokerOptions extends RenderOptions {
  /** The endpoint's name. */
  name: string;
  url: string;
  format: Format;
  /** Of each message, in place of ours of the same name. */
  headers?: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds until the broker's confirmation, connecting included. */
  timeout: number;
  texts: Texts;
  tls?: TlsOptions;
  trust?: Trust;
  egress?: Egress;
}

/** What a message is made of. */
export interface MessageParts extends Pick<BrokerOptions, 'format' | 'headers' | 'texts'>, RenderOptions {
  delivery: Delivery;
  attempt: number;
}
