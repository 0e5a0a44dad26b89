/** What is Redis's own among embedded servers. */
import type { ServerKind } from '../kind.js';
import { open, probe, redisCommand } from './resp.js';

/** See {@link ServerKind}. */
export const REDIS: ServerKind = {
  name: 'Redis',
  folder: 'redis',
  socket: 'redis.sock',
  setting: 'redis.url',
  startFailed: 'REDIS_START_FAILED',
  loading: 'waiting for Redis to read its data back',
  probe,
  async end({ socket }) {
    await redisCommand(socket, ['SHUTDOWN']).catch(() => {}); // its answer is the closed connection
  },
  // An idle connection notices at once.
  watch: (socket, _note, stopped) =>
    new Promise((resolve) => {
      const connection = open(socket).on('error', () => {});
      connection.unref();
      connection.once('close', () => resolve());
      stopped.addEventListener('abort', () => connection.destroy(), { once: true });
    }),
};
