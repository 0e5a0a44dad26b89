/**
 * The connection to Redis, and its health. Nothing outside of this package knows Redis or BullMQ. What the package
 * does has an entry point for each subject, in `entries/`.
 */
export { connect, type Profile, type RedisAddress, type RedisClient } from './connection.js';
export { createMonitor, type Monitor, RELIEVE_FROM, type RedisHealth, troubleIn } from './monitor.js';
export { isTransient } from './transient.js';
