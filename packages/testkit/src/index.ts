/** Real parts for tests: Redis, registries, receivers, processes, images; and waiting for a state. Imported by tests only. */
export { type Certificate, selfSigned } from './certificate.js';
export { type EventuallyOptions, eventually } from './eventually.js';
export { freePort } from './free-port.js';
export { type ImageOptions, type Pushed, type PushedImage, pushImage, skopeo } from './image.js';
export { inTime } from './in-time.js';
export { oci } from './oci.js';
export type { OciPart } from './oci-content.js';
export type { OciServer } from './oci-server.js';
export { type LogRecord, type ProcessOptions, runProcess, type TestProcess } from './process.js';
export { openConnection, postHead, type RawConnection } from './raw-connection.js';
export { type ReceivedRequest, type Receiver, type Script, startReceiver } from './receiver.js';
export { type RedisOptions, startRedis, type TestRedis } from './redis.js';
export { startRedisCluster, type TestRedisCluster } from './redis-cluster.js';
export { type RegistryOptions, startRegistry, type TestRegistry } from './registry.js';
export type { Reply } from './reply.js';
export { redisUrl, testPrefix } from './shared-redis.js';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
export { hasTool, toolPath } from './tools.js';
