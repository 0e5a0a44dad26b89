/** The Redis that a configuration names. */
import type { Config } from '@longshore/config';
import type { RedisAddress } from '@longshore/queue';
import { renewedTls } from './renewed-tls.js';

/** Where a Redis is. */
export interface NamedRedis {
  address: RedisAddress;
  /** For the `ready` line: holds no secret. */
  where: string;
}

/**
 * The Redis that the configuration names; undefined: the embedded one.
 * @throws LongshoreError SECRET_MISSING
 */
export function namedRedis({ redis }: Config): NamedRedis | undefined {
  const named = addressIn(redis);
  if (!named) return undefined;
  const { address, where } = named;
  const renewed = () => addressIn(redis)?.address ?? address;
  const { tls } = redis;
  const insecure = tls?.insecure ? ', INSECURE: its certificate is not checked' : '';
  return {
    address: { ...address, renewed, ...(tls && { tls: renewedTls(tls) }) },
    where: `${where}${tls ? ' by TLS' : ''}${insecure}`,
  };
}

function addressIn(redis: Config['redis']): NamedRedis | undefined {
  const { url, cluster, sentinels, master, username, password } = redis;
  const reveal = (nodes: typeof cluster) => nodes.map((node) => node.reveal());
  if (cluster.length > 0) {
    return { address: { cluster: reveal(cluster) }, where: `cluster of ${cluster.length} known nodes` };
  }
  if (sentinels.length > 0 && master !== undefined) {
    const credentials = {
      ...(username !== undefined && { username }),
      ...(password && { password: password.reveal() }),
    };
    const address = { sentinels: { nodes: reveal(sentinels), master, ...credentials } };
    return { address, where: `${master}, by ${sentinels.length} known Sentinels` };
  }
  if (!url) return undefined;
  const address = url.reveal();
  return { address: { url: address }, where: withoutCredentials(address) };
}

function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href;
}
