/** A real Redis of this process’s own, for a relay that names none; joined by the other processes of its `datadir`. */
export { findRedisServer } from './locate.js';
export type { Configuration, EmbeddedRedis, EmbeddedRedisOptions } from './port.js';
export { type RedisReply, redisCommand } from './resp.js';
export { findEmbeddedRedis, startEmbeddedRedis } from './start.js';
