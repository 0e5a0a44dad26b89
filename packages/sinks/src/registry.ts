/** Every kind of sink, one line each. Add yours here; a test compares this list with the folders. */
import { type ArchiveSinkOptions, openArchiveSink } from './archive/index.js';
import { openAmqp } from './brokers/amqp/index.js';
import type { BrokerOptions } from './brokers/driver.js';
import { type KafkaOptions, openKafka } from './brokers/kafka/index.js';
import { type NatsOptions, openNats } from './brokers/nats/index.js';
import { openPubSub, type PubSubOptions } from './brokers/pubsub/index.js';
import { openRedisStream, type RedisStreamOptions } from './brokers/redisstream/index.js';
import { openSqs, type SqsOptions } from './brokers/sqs/index.js';
import { openCopySink } from './copy/index.js';
import type { CopySinkOptions } from './copy/options.js';
import { type HttpSinkOptions, openHttpSink } from './http/index.js';
import type { SinkKind } from './kinds.js';
import { openPreheatSink } from './preheat/index.js';
import type { PreheatSinkOptions } from './preheat/options.js';
import type { Sink } from './sink.js';

/** The options of each kind of sink. */
export interface SinkOptions {
  http: HttpSinkOptions;
  preheat: PreheatSinkOptions;
  copy: CopySinkOptions;
  archive: ArchiveSinkOptions;
  redisstream: RedisStreamOptions;
  nats: NatsOptions;
  amqp: BrokerOptions;
  kafka: KafkaOptions;
  sqs: SqsOptions;
  pubsub: PubSubOptions;
}

const openers: { [Kind in SinkKind]: (options: SinkOptions[Kind]) => Sink } = {
  http: openHttpSink,
  preheat: openPreheatSink,
  copy: openCopySink,
  archive: openArchiveSink,
  redisstream: openRedisStream,
  nats: openNats,
  amqp: openAmqp,
  kafka: openKafka,
  sqs: openSqs,
  pubsub: openPubSub,
};

/**
 * A sink for one endpoint. Opens no connection yet, and does not throw for options that cannot work (an
 * unusable url, say): that is then the result of each attempt, so that it is seen where attempts are seen.
 */
export function openSink<Kind extends SinkKind>(kind: Kind, options: SinkOptions[Kind]): Sink {
  return openers[kind](options);
}
