/**
 * The endpoint's connections: the idle ones, last used first, and all that are open.
 *
 * Makes no attempt wait. How many run at once is the queue's decision, so there are as many connections as it
 * lets run, and `keep` (the endpoint's `concurrency`) of them stay open in between.
 */
import { Connection } from './connection.js';
import type { Way } from './opening.js';
import type { Target } from './target.js';

/** Hands out connections; each comes back by `giveBack` or `drop`. */
export class Connections {
  readonly #idle: Connection[] = [];
  readonly #open = new Set<Connection>();

  constructor(
    private readonly target: Target,
    private readonly options: Way & { keep: number },
  ) {}

  /** An idle connection, else a new one. */
  take(): Connection {
    return this.#idle.pop() ?? this.fresh();
  }

  /** A new connection, although there may be idle ones. */
  fresh(): Connection {
    const connection = new Connection(this.target, this.options);
    this.#open.add(connection);
    return connection;
  }

  /** For a connection whose answer was read to its end. */
  giveBack(connection: Connection): void {
    if (this.#idle.length < this.options.keep && this.#open.has(connection)) this.#idle.push(connection);
    else void this.drop(connection);
  }

  /** For every other connection: requests in flight there are not awaited any more. */
  async drop(connection: Connection): Promise<void> {
    await connection.destroy();
    this.#open.delete(connection);
  }

  async close(): Promise<void> {
    this.#idle.length = 0;
    await Promise.all([...this.#open].map((connection) => this.drop(connection)));
  }
}
