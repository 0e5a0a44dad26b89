/** The dashboard role: pages and API over all endpoints, and bull-board over their queues. */
import type { ArchiveReader } from '@longshore/archive/read';
import { type Config, isLoopback, revealAll } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import { type AdminService, createBulkJobs } from '@longshore/operator';
import type { Inspector } from '@longshore/queue/operator';
import type Koa from 'koa';
import { createApi } from './api/api.js';
import { BOARD_PATH, type BoardMode, createApp } from './app.js';
import type { SignIns, Users } from './auth.js';
import { createBoard } from './board.js';
import type { RefusedConfig } from './pages/deps.js';
import { createPages } from './pages/pages.js';

/** What the dashboard gets from its process. */
export interface DashboardDeps {
  inspector: Inspector;
  admin: AdminService;
  /** Absent: the configuration has no `archive`. */
  archive?: ArchiveReader;
  /**
   * Redis at the last check. `memory`: used share of its maxmemory, 0 … 1; absent without one. `warnings`: why it
   * takes no writes, and what it has lost, one line each.
   */
  redis(): { up: boolean; memory?: number; full: boolean; warnings: string[] };
  version: string;
  /** Why the current configuration file was rejected; undefined when it is in use. */
  refused(): RefusedConfig | undefined;
  signIns: SignIns;
  /** An internal error, for the log. */
  onInternalError(error: unknown): void;
}

/** The role, without its listener. */
export interface Dashboard {
  app: Koa;
  /**
   * Validates a configuration without applying it.
   * @returns applies it; never fails
   * @throws LongshoreError DASHBOARD_OPEN, SECRET_MISSING
   */
  prepare(config: Config): () => void;
  /** Reads the endpoints of Redis, so that the board shows removed ones that may still hold deliveries. */
  refresh(): Promise<void>;
  /** Cancels the running bulk actions. */
  close(): Promise<void>;
}

/** Has no users before the first configuration is applied, so apply one before it listens. */
export function createDashboard(deps: DashboardDeps): Dashboard {
  const { inspector, admin, archive, redis, refused, version, signIns, onInternalError } = deps;
  let users: Users = {};
  let boardMode: BoardMode = 'readonly';
  let canModify = true;
  let configured: string[] = [];
  let known: string[] = [];
  const board = createBoard(BOARD_PATH, inspector, () => boardMode !== 'full');
  const jobs = createBulkJobs(admin);
  const pages = createPages({
    admin,
    jobs,
    archive,
    health() {
      const { memory, full, warnings } = redis();
      return { memory, full, warnings, refused: refused() };
    },
    boardPath: (endpoint) =>
      boardMode === 'false'
        ? undefined
        : `${BOARD_PATH}/queue/${encodeURIComponent(inspector.boardQueue(endpoint).name)}`,
    now: Date.now,
  });

  return {
    app: createApp({
      board,
      api: createApi({ admin, jobs, version, onInternalError }),
      pages: pages.routes() as Koa.Middleware,
      users: () => users,
      signIns,
      boardMode: () => boardMode,
      canModify: () => canModify,
      redisUp: () => redis().up,
    }),
    prepare(config) {
      const nextUsers = revealUsers(config);
      return () => {
        users = nextUsers;
        boardMode = config.dashboard.queues;
        canModify = config.dashboard.operate;
        configured = config.notifications.endpoints.map(({ name }) => name);
        board.show([...new Set([...configured, ...known])]);
      };
    },
    async refresh() {
      known = await inspector.known();
      board.show([...new Set([...configured, ...known])]);
    },
    close: jobs.close,
  };
}

function revealUsers({ dashboard }: Config): Users {
  const { basic = {} } = dashboard.auth;
  if (Object.keys(basic).length === 0 && !isLoopback(dashboard.listen.host)) {
    throw new LongshoreError(
      'DASHBOARD_OPEN',
      `the dashboard listens on ${dashboard.listen.host || 'all addresses'}, which other machines can reach, without a password; set dashboard.auth.basic, or dashboard.listen to 127.0.0.1`,
    );
  }
  return revealAll(basic);
}
