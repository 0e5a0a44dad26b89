/**
 * As much of the brokers' clients as is used here, so that Longshore is built where they are not installed: `npm start`
 * installs what `run` needs. The tests are checked with the clients' own types, and so is this room with them.
 */

declare module 'amqplib' {
  import type { EventEmitter } from 'node:events';

  export interface ConfirmChannel extends EventEmitter {
    on(event: 'return', on: (message: { properties: { messageId?: unknown }; fields: object }) => void): this;
    on(event: 'error', on: (error: Error) => void): this;
    publish(
      exchange: string,
      routingKey: string,
      content: Buffer,
      options: object,
      done: (error: Error | null) => void,
    ): boolean;
  }

  export interface ChannelModel extends EventEmitter {
    on(event: 'error', on: (error: Error) => void): this;
    on(event: 'blocked', on: (reason: string) => void): this;
    createConfirmChannel(): Promise<ConfirmChannel>;
  }

  export function connect(server: object, socketOptions: object): Promise<ChannelModel>;
}

declare module '@nats-io/transport-node' {
  export interface ConnectionOptions {
    servers?: string[];
    resolve?: boolean;
    ignoreClusterUpdates?: boolean;
    reconnect?: boolean;
    noAsyncTraces?: boolean;
    timeout?: number;
    name?: string;
  }
  export interface NatsConnection {
    closed(): Promise<undefined | Error>;
    close(): Promise<void>;
  }
  export interface MsgHdrs {
    set(name: string, value: string): void;
  }
  export function headers(): MsgHdrs;
  export function credsAuthenticator(creds: Uint8Array): unknown;
  export function setTransportFactory(config: { factory: () => object; defaultPort: number }): void;
  export const NatsConnectionImpl: { connect(options: ConnectionOptions): Promise<NatsConnection> };
}

declare module '@nats-io/transport-node/lib/node_transport.js' {
  import type { Socket } from 'node:net';

  export class NodeTransport {
    dial(server: { hostname: string }): Promise<Socket>;
  }
}

declare module '@nats-io/jetstream' {
  import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';

  export interface PubAck {
    stream: string;
    seq: number;
    duplicate: boolean;
  }
  export interface JetStreamClient {
    publish(
      subject: string,
      body: Uint8Array,
      options: { msgID: string; headers: MsgHdrs; expect?: { streamName: string } },
    ): Promise<PubAck>;
  }
  export function jetstream(connection: NatsConnection, options: { timeout: number }): JetStreamClient;
}

declare module '@platformatic/kafka' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  export interface Broker {
    host: string;
    port: number;
  }
  export interface Connection extends EventEmitter {
    socket: Socket;
  }
  export interface ConnectionPool extends EventEmitter {
    on(
      event: 'connecting' | 'failed' | 'disconnect',
      on: (payload: { connection: Connection }) => void,
    ): this;
    get(broker: Broker): Promise<Connection>;
  }
  export interface Message {
    topic: string;
    key?: Buffer;
    value: Buffer;
    headers: Map<Buffer, Buffer>;
  }
  export type Partitioner = (message: Message) => number;
  export interface SendOptions {
    messages: Message[];
    acks: number;
    partitioner?: Partitioner;
  }
  export class Producer {
    constructor(options: object);
    readonly connections: ConnectionPool;
    listApis(): Promise<unknown>;
    clearMetadata(): void;
    metadata(options: { topics: string[] }): Promise<{ topics: Map<string, unknown> }>;
    send(options: SendOptions): Promise<{ offsets?: { topic: string; partition: number; offset: bigint }[] }>;
  }
  export const ProduceAcks: { readonly ALL: -1 };
  export const compatibilityPartitioner: Partitioner;
}
