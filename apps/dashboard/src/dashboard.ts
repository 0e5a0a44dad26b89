/** The dashboard role: pages and API over all endpoints, and bull-board over their queues. */
import { type Config, isLoopback } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Inspector } from '@longshore/queue/operator';
import type Koa from 'koa';
import { createApi } from './api/api.js';
import { BOARD_PATH, createApp } from './app.js';
import type { SignIns, Users } from './auth.js';
import { createBoard } from './board.js';
import type { Operate } from './operate/index.js';
import { createOperations } from './operate/operations.js';
import { createPages } from './pages/pages.js';
import type { RefusedConfig } from './pages/port.js';

/** What the dashboard is given by the process that it runs in. */
export interface DashboardParts {
  inspector: Inspector;
  operate: Operate;
  /** Redis as it was seen of late. `memory`: used share of its maxmemory; absent without one. */
  redis(): { up: boolean; memory?: number; full: boolean };
  version: string;
  /** Why the configuration file as it is now is not in force; undefined when it is. */
  refused(): RefusedConfig | undefined;
  signIns: SignIns;
  /** A fault of ours, for the log. */
  onFault(error: unknown): void;
}

/** The role, without its listener. */
export interface Dashboard {
  app: Koa;
  /**
   * Looks whether a configuration can be put to work, without any effect yet.
   * @returns what puts it to work; never fails
   * @throws LongshoreError DASHBOARD_OPEN, SECRET_MISSING
   */
  prepare(config: Config): () => void;
  /** Shows endpoints that left the configuration and may still hold deliveries; asks Redis for them. */
  refresh(): Promise<void>;
  /** Stops the retries and drops that go on. */
  close(): Promise<void>;
}

/** Knows no users before the first configuration is put to work: that comes before its listener. */
export function createDashboard(parts: DashboardParts): Dashboard {
  const { inspector, operate, redis, refused, version, signIns, onFault } = parts;
  let users: Users = {};
  let readonly = true;
  let operates = true;
  let configured: string[] = [];
  let known: string[] = [];
  const board = createBoard(BOARD_PATH, inspector, () => readonly);
  const operations = createOperations(operate);
  const pages = createPages({
    operate,
    operations,
    health: () => ({ memory: redis().memory, full: redis().full, refused: refused() }),
    boardPath: (endpoint) => `${BOARD_PATH}/queue/${encodeURIComponent(inspector.boardQueue(endpoint).name)}`,
    now: Date.now,
  });

  return {
    app: createApp({
      board,
      api: createApi({ operate, operations, version, onFault }),
      pages: pages.routes() as Koa.Middleware,
      users: () => users,
      signIns,
      readonly: () => readonly,
      operates: () => operates,
      redisUp: () => redis().up,
    }),
    prepare(config) {
      const nextUsers = revealUsers(config);
      return () => {
        users = nextUsers;
        readonly = config.dashboard.queues === 'readonly';
        operates = config.dashboard.operate;
        configured = config.notifications.endpoints.map(({ name }) => name);
        board.show([...new Set([...configured, ...known])]);
      };
    },
    async refresh() {
      known = await inspector.known();
      board.show([...new Set([...configured, ...known])]);
    },
    close: operations.close,
  };
}

function revealUsers({ dashboard }: Config): Users {
  const users = Object.entries(dashboard.auth.basic ?? {});
  if (users.length === 0 && !isLoopback(dashboard.listen.host)) {
    throw new LongshoreError(
      'DASHBOARD_OPEN',
      `the dashboard listens on ${dashboard.listen.host || 'all addresses'}, which others can reach, without a password; set dashboard.auth.basic, or dashboard.listen to 127.0.0.1`,
    );
  }
  return Object.fromEntries(users.map(([user, password]) => [user, password.reveal()]));
}
