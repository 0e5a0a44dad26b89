/** A real Redis of this process’s own, for a relay that names none; joined by the other processes of its `datadir`. */
export { findRedisServer } from './locate.js';
export { type RedisReply, redisCommand } from './resp.js';
export { type EmbeddedRedisOptions, findEmbeddedRedis, startEmbeddedRedis } from './start.js';
