/** Ways to a server that ioredis does not have in this form. */
import { createConnection, type Socket } from 'node:net';
import {
  AbstractConnector,
  type RedisOptions,
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

/**
 * ioredis prints the errors of the connections on which Sentinels announce a failover. They are heard here: a Sentinel
 * that is away is connected to again, and the others announce it too.
 */
export class QuietSentinelConnector extends SentinelConnector {
  /** @param options as ioredis passes them on */
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
    // biome-ignore lint/complexity/useLiteralKeys: TypeScript lets a private member be reached by its key alone
    const open = this['connectToSentinel'].bind(this);
    // biome-ignore lint/complexity/useLiteralKeys: see above
    this['connectToSentinel'] = (...args: Parameters<typeof open>) => {
      const sentinel = open(...args);
      sentinel.on('error', () => {});
      return sentinel;
    };
  }
}
