/** The dashboard role: pages and API over all endpoints, and bull-board over their queues. */
import type { ArchiveReader } from '@longshore/archive/read';
import { type Config, certificateExpiries } from '@longshore/config';
import type { Check } from '@longshore/doctor';
import type { AdminService } from '@longshore/operator';
import { createBulkJobs } from '@longshore/operator/bulk';
import type { Inspector } from '@longshore/queue/operator';
import type Koa from 'koa';
import type { SignIns } from './access/authenticate.js';
import { type AccessSettings, accessSettings } from './access/settings.js';
import { createApi } from './api/api.js';
import { BOARD_PATH, type BoardMode, createApp } from './app.js';
import { createBoard } from './board.js';
import { createLive } from './live/live.js';
import { expiringSoon } from './notices.js';
import type { Health, RefusedConfig, StoredSize } from './pages/deps.js';
import { createPages } from './pages/pages.js';
import type { Site } from './site.js';

/** What the dashboard gets from its process. */
export interface DashboardDeps {
  inspector: Inspector;
  admin: AdminService;
  /** Absent: the configuration has no `archive`. */
  archive?: ArchiveReader;
  /** Size of the archive at the last look; undefined without one. Never waits. */
  archiveSize?(): StoredSize | undefined;
  /**
   * Redis at the last check. `memory`: used share of its maxmemory, 0 … 1; absent without one. `warnings`: why it
   * takes no writes, and what it has lost, one line each.
   */
  redis(): { up: boolean; memory?: number; full: boolean; warnings: string[] };
  /** Runs the checks of `longshore doctor`. */
  doctor?(): Promise<Check[]>;
  version: string;
  /** Why the current configuration file was rejected; undefined when it is in use. */
  refused(): RefusedConfig | undefined;
  signIns: SignIns;
  /** Reaches the OpenID Connect issuer; the global one unless given. */
  fetch?: typeof fetch;
  /** A sign-in at the issuer failed, for the log. */
  onSignInTrouble(error: unknown): void;
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

/** Before the first configuration is applied no one can sign in, so apply one before it listens. */
export function createDashboard(deps: DashboardDeps): Dashboard {
  const { inspector, admin, archive, redis, refused, version, signIns, onInternalError } = deps;
  let access: AccessSettings = NO_ONE;
  let expiries: ReturnType<typeof certificateExpiries> = [];
  let boardMode: BoardMode = 'readonly';
  let canModify = true;
  let site: Site = { colour: 'teal', version };
  let configured: string[] = [];
  let known: string[] = [];
  const board = createBoard(BOARD_PATH, inspector, () => boardMode !== 'full');
  const readonlyBoard = createBoard(BOARD_PATH, inspector, () => true);
  const show = (): void => {
    const names = [...new Set([...configured, ...known])];
    for (const each of [board, readonlyBoard]) each.show(names);
  };
  const jobs = createBulkJobs(admin);
  const live = createLive(admin);
  const pages = createPages({
    admin,
    jobs,
    live,
    archive,
    doctor: deps.doctor,
    health: () => healthOf(deps),
    boardPath: (endpoint) =>
      boardMode === 'false'
        ? undefined
        : `${BOARD_PATH}/queue/${encodeURIComponent(inspector.boardQueue(endpoint).name)}`,
    now: Date.now,
  });

  return {
    app: createApp({
      board: (canChange) => (canChange ? board : readonlyBoard),
      onBoardChange: (actor, change) => admin.as(actor).acted({ action: 'board', filter: change }),
      api: createApi({ admin, jobs, archive, version, onInternalError }),
      pages: pages.routes() as Koa.Middleware,
      access: () => access,
      ...{ signIns, fetch: deps.fetch ?? fetch, onSignInTrouble: deps.onSignInTrouble },
      boardMode: () => boardMode,
      canModify: () => canModify,
      site: () => site,
      redisUp: () => redis().up,
      refused,
      // The home page has the warnings of Redis in its verdict.
      notices: (path) => [...(path === '/' ? [] : redis().warnings), ...expiringSoon(expiries, Date.now())],
    }),
    prepare(config) {
      const nextAccess = accessSettings(config);
      return () => {
        access = nextAccess;
        expiries = certificateExpiries(config);
        boardMode = config.dashboard.queues;
        canModify = config.dashboard.operate;
        site = { ...config.dashboard.environment, version };
        configured = config.notifications.endpoints.map(({ name }) => name);
        show();
      };
    },
    async refresh() {
      known = await inspector.known();
      show();
    },
    async close() {
      live.close();
      await jobs.close();
    },
  };
}

function healthOf({
  redis,
  refused,
  archiveSize,
}: Pick<DashboardDeps, 'redis' | 'refused' | 'archiveSize'>): Health {
  const { memory, full, warnings } = redis();
  return { memory, full, warnings, refused: refused(), stored: archiveSize?.() };
}

const NO_ONE: AccessSettings = {
  ...{ isOpen: false, basic: {}, tokens: {} },
  roles: { viewer: [], operator: [], admin: [] },
};
