/**
 * A Kafka with one broker, in memory: as much of its protocol as a producer asks for. Its records survive `kill`. No
 * program: Debian has no package of Kafka. docs/brokers.md says how to try the same with a real one.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { freePort } from '@longshore/testkit';
import { protocolErrors, Reader, readRecordsBatch, Writer } from '@platformatic/kafka';

/** A record that was confirmed. */
export interface KafkaStored {
  topic: string;
  partition: number;
  key: string | undefined;
  value: string;
  headers: Record<string, string>;
}

/** By the names of Kafka’s errors. */
export type KafkaError = string;

/** What a test may change at any time. */
export interface KafkaState {
  stored: KafkaStored[];
  /** Number of partitions of each topic, or why it cannot be described. */
  topics: Record<string, number | KafkaError>;
  /** Refuses every message. */
  refuses?: KafkaError;
  /** Ends connections in place of an answer. */
  breaks?: boolean;
  /** Where clients are led to. */
  advertised: { host: string; port: number };
  /** User and password of SASL/PLAIN. */
  user?: string;
  /** Lets everyone in, with an answer that says nothing. */
  open?: boolean;
}

/** A server that a test may do anything to. */
export interface TestKafka extends KafkaState {
  readonly port: number;
  /** Connections accepted since the start. */
  accepted(): number;
  kill(): Promise<void>;
  start(): Promise<void>;
}

const PRODUCE = 0;
const METADATA = 3;
const SASL_HANDSHAKE = 17;
const API_VERSIONS = 18;
const SASL_AUTHENTICATE = 36;

/** Versions that are spoken: those of the request bodies below. */
const VERSIONS = [
  [PRODUCE, 11],
  [METADATA, 12],
  [SASL_HANDSHAKE, 1],
  [API_VERSIONS, 3],
  [SASL_AUTHENTICATE, 2],
] as const;

const codeOf = (error: KafkaError | undefined): number => protocolErrors[error ?? 'NONE']?.code ?? -1;

/** What one connection does with bytes that come in. */
export function kafkaConnection(
  state: KafkaState,
  write: (bytes: Buffer) => unknown,
): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      const answer = answerTo(state, rest.subarray(4, end));
      rest = rest.subarray(end);
      write(answer);
    }
  };
}

function answerTo(state: KafkaState, request: Buffer): Buffer {
  const reader = Reader.from(request);
  const api = reader.readInt16();
  reader.readInt16();
  const correlation = reader.readInt32();
  reader.readNullableString(false);
  const isOld = api === SASL_HANDSHAKE;
  if (!isOld) reader.readTaggedFields();
  const writer = Writer.create().appendInt32(correlation);
  if (!isOld && api !== API_VERSIONS) writer.appendTaggedFields();
  if (api === API_VERSIONS) answerVersions(writer);
  else if (api === METADATA) answerMetadata(state, reader, writer);
  else if (api === PRODUCE) answerProduce(state, reader, writer);
  else if (isOld)
    writer.appendInt16(0).appendArray(['PLAIN'], (w, name) => w.appendString(name, false), false, false);
  else answerAuthenticate(state, reader, writer);
  if (!isOld) writer.appendTaggedFields();
  return writer.prependLength().buffer;
}

function answerVersions(writer: Writer): void {
  writer
    .appendInt16(0)
    .appendArray([...VERSIONS], (w, [api, version]) =>
      w.appendInt16(api).appendInt16(version).appendInt16(version),
    )
    .appendInt32(0);
}

function answerMetadata({ topics, advertised }: KafkaState, reader: Reader, writer: Writer): void {
  const asked = reader.readArray((r) => {
    r.readUUID();
    return r.readString();
  });
  writer
    .appendInt32(0)
    .appendArray([advertised], (w, { host, port }) =>
      w.appendInt32(1).appendString(host).appendInt32(port).appendString(null),
    )
    .appendString('a-cluster')
    .appendInt32(1)
    .appendArray(asked, (w, topic) => {
      const found = topics[topic] ?? 'UNKNOWN_TOPIC_OR_PARTITION';
      const count = typeof found === 'number' ? found : 0;
      w.appendInt16(typeof found === 'number' ? 0 : codeOf(found)).appendString(topic);
      // Internal, for those that begin as Kafka's own do
      w.appendUUID(null).appendBoolean(topic.startsWith('__'));
      w.appendArray(
        Array.from({ length: count }, (_, at) => at),
        (p, at) => {
          p.appendInt16(0).appendInt32(at).appendInt32(1).appendInt32(0);
          for (const nodes of [[1], [1], []])
            p.appendArray(nodes, (n, node) => n.appendInt32(node), true, false);
        },
      );
      w.appendInt32(0);
    });
}

function answerProduce(state: KafkaState, reader: Reader, writer: Writer): void {
  reader.readNullableString();
  const acks = reader.readInt16();
  reader.readInt32();
  const error = acks === -1 ? state.refuses : 'INVALID_REQUIRED_ACKS';
  const topics = reader.readArray((r) => {
    const topic = r.readString();
    const partitions = r.readArray((p) => {
      const partition = p.readInt32();
      const { records } = readRecordsBatch(Reader.from(p.readBytes()));
      const before = state.stored.filter((one) => one.topic === topic && one.partition === partition).length;
      const texts = records.map(({ key, value, headers }) => ({
        ...{ topic, partition, key: key?.toString(), value: String(value) },
        headers: Object.fromEntries(headers.map(([name, text]) => [String(name), String(text)])),
      }));
      if (!error) state.stored.push(...texts);
      return { partition, offset: BigInt(before) };
    });
    return { topic, partitions };
  });
  writer
    .appendArray(topics, (w, { topic, partitions }) => {
      w.appendString(topic).appendArray(partitions, (p, { partition, offset }) => {
        p.appendInt32(partition)
          .appendInt16(codeOf(error))
          .appendInt64(offset)
          .appendInt64(-1n)
          .appendInt64(0n);
        p.appendArray([], () => {}).appendString(null);
      });
    })
    .appendInt32(0);
}

function answerAuthenticate({ user, open }: KafkaState, reader: Reader, writer: Writer): void {
  const isRight = open || reader.readBytes().toString() === `\0${user?.replace(':', '\0')}`;
  const error = isRight ? undefined : 'SASL_AUTHENTICATION_FAILED';
  writer.appendInt16(codeOf(error)).appendString(isRight ? null : 'Authentication failed');
  writer.appendBytes(Buffer.alloc(0)).appendInt64(0n);
}

/** Starts one with the topic `pushes` of six partitions. @param tls makes it TLS: `{ cert, key }` */
export async function startKafka(tls?: TlsOptions): Promise<TestKafka> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let accepted = 0;
  const onSocket = (socket: Socket) => {
    socket.on('error', () => {});
    accepted++;
    socket.on(
      'data',
      kafkaConnection(kafka, (bytes) => (kafka.breaks ? socket.destroy() : socket.write(bytes))),
    );
  };
  let server: Server | undefined;
  const start = async () => {
    server = tls ? createTlsServer(tls, onSocket) : createServer(onSocket);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
  };
  const kill = async () => {
    const closed = new Promise<unknown>((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const kafka: TestKafka = {
    ...{ port, stored: [], topics: { pushes: 6 }, advertised: { host: 'localhost', port } },
    ...{ accepted: () => accepted, kill, start },
  };
  await start();
  return kafka;
}
