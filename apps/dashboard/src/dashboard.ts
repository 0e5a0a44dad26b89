/** The dashboard role: bull-board over the configured endpoints and those that still have a queue. */
import type { Config } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Inspector } from '@longshore/queue';
import type Koa from 'koa';
import { BOARD_PATH, createApp } from './app.js';
import type { Users } from './auth.js';
import { createBoard } from './board.js';

export interface Dashboard {
  app: Koa;
  /**
   * Shows the endpoints of a configuration; called again when it changes.
   * @throws LongshoreError DASHBOARD_OPEN, SECRET_MISSING before anything has changed
   */
  apply(config: Config): Promise<void>;
}

/** @param redisUp whether Redis has answered of late; the board cannot show anything without it */
export function createDashboard(inspector: Inspector, redisUp: () => boolean): Dashboard {
  let users: Users = {};
  let readonly = true;
  const board = createBoard(BOARD_PATH, inspector, () => readonly);

  return {
    app: createApp({ board, users: () => users, readonly: () => readonly, redisUp }),
    async apply(config) {
      users = revealUsers(config);
      readonly = config.dashboard.queues === 'readonly';
      const configured = config.notifications.endpoints.map(({ name }) => name);
      board.show(configured);
      // Endpoints that left the configuration may still hold deliveries; shown once Redis can be asked.
      const known = await inspector.known().catch(() => []);
      board.show([...new Set([...configured, ...known])]);
    },
  };
}

const LOOPBACK = /^(127\.|::1$|localhost$)/;

function revealUsers({ dashboard }: Config): Users {
  const users = Object.entries(dashboard.auth.basic ?? {});
  if (users.length === 0 && !LOOPBACK.test(dashboard.listen.host)) {
    throw new LongshoreError(
      'DASHBOARD_OPEN',
      `the dashboard listens on ${dashboard.listen.host || 'all addresses'}, which others can reach, without a password; set dashboard.auth.basic, or dashboard.listen to 127.0.0.1`,
    );
  }
  return Object.fromEntries(users.map(([user, password]) => [user, password.reveal()]));
}
