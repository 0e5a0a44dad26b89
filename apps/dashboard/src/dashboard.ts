/** The dashboard role: bull-board over the configured endpoints and those that still have a queue. */
import { type Config, isLoopback } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Inspector } from '@longshore/queue/operator';
import type Koa from 'koa';
import { BOARD_PATH, createApp } from './app.js';
import type { Users } from './auth.js';
import { createBoard } from './board.js';

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
}

/** @param redisUp whether Redis has answered of late; the board cannot show anything without it */
export function createDashboard(inspector: Inspector, redisUp: () => boolean): Dashboard {
  let users: Users = {};
  let readonly = true;
  let configured: string[] = [];
  let known: string[] = [];
  const board = createBoard(BOARD_PATH, inspector, () => readonly);

  return {
    app: createApp({ board, users: () => users, readonly: () => readonly, redisUp }),
    prepare(config) {
      const nextUsers = revealUsers(config);
      return () => {
        users = nextUsers;
        readonly = config.dashboard.queues === 'readonly';
        configured = config.notifications.endpoints.map(({ name }) => name);
        board.show([...new Set([...configured, ...known])]);
      };
    },
    async refresh() {
      known = await inspector.known();
      board.show([...new Set([...configured, ...known])]);
    },
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
