/** Ways to a server that ioredis does not have in this form. */
import { createConnection, type Socket } from 'node:net';
import { ignore } from '@longshore/event';
import {
  AbstractConnector,
  type Redis,
  type RedisOptions,
  type SentinelAddress,
  type SentinelConnectionOptions,
  SentinelConnector,
} from 'ioredis';

type Connector = NonNullable<RedisOptions['Connector']>;

const DISCONNECT_TIMEOUT_MS = 2_000;

/** ioredis' own connector keeps the path that it began with. */
export function socketConnector(path: () => string): Connector {
  return class extends AbstractConnector {
    constructor() {
      super(DISCONNECT_TIMEOUT_MS);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      this.stream = createConnection(path());
      this.stream.once('error', (error) => {
        this.firstError = error;
      });
      return this.stream;
    }
  };
}

const SWITCHED = '+switch-master';

/**
 * Leaves a primary when a Sentinel announces another one: one that hangs breaks no connection.
 *
 * ioredis' own failover detector is not used. It ends the client for good when the announcement comes while the
 * Sentinels are asked where the primary is, and hears nothing between that question and the new connection. Here the
 * subscriptions last as long as the client, so no announcement is missed while one Sentinel is there.
 */
export class WatchfulSentinelConnector extends SentinelConnector {
  readonly #watches = new Map<string, Redis>();
  #switches = 0;

  /** @param options as ioredis passes them on */
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
  }

  override async connect(...args: Parameters<SentinelConnector['connect']>): Promise<Socket> {
    this.#watch();
    const before = this.#switches;
    const stream = await super.connect(...args);
    // The Sentinels that it heard of by asking.
    this.#watch();
    // What was answered may be the primary before: ioredis connects again, and asks again.
    if (this.#switches !== before) stream.destroy();
    return stream;
  }

  override disconnect(): void {
    for (const watch of this.#watches.values()) watch.disconnect();
    this.#watches.clear();
    super.disconnect();
  }

  #watch(): void {
    // biome-ignore lint/complexity/useLiteralKeys: TypeScript lets a private member be reached by its key alone
    for (const node of this.sentinelIterator['sentinels']) {
      const name = `${node.host}:${node.port}`;
      if (!this.#watches.has(name)) this.#watches.set(name, this.#subscribe(node));
    }
  }

  #subscribe(node: Partial<SentinelAddress>): Redis {
    const { name, sentinelReconnectStrategy } = this.options;
    // biome-ignore lint/complexity/useLiteralKeys: see above
    const watch = this['connectToSentinel'](node, {
      retryStrategy: sentinelReconnectStrategy,
      autoResubscribe: false,
    });
    // ioredis prints errors that are not heard. A Sentinel that is away is connected to again; others announce it too.
    watch.on('error', () => {});
    watch.on('ready', () => void watch.subscribe(SWITCHED).catch(ignore('queue.failover')));
    watch.on('message', (_channel: string, text: string) => {
      if (!text.startsWith(`${name} `)) return;
      this.#switches++;
      this.stream?.destroy();
    });
    // A password may have been rotated.
    watch.on('close', () => {
      const { sentinelUsername = null, sentinelPassword = null } = this.options;
      Object.assign(watch.options, { username: sentinelUsername, password: sentinelPassword });
    });
    return watch;
  }
}
