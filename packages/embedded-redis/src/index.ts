export { findRedisServer } from './locate.js';
export { type RedisAddress, type RedisReply, RedisReplyError, redisCommand } from './resp.js';
export {
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
  findEmbeddedRedis,
  startEmbeddedRedis,
} from './start.js';
export { type ProcessExit, type WatchedProcess, watchedProcess } from './watched-process.js';
