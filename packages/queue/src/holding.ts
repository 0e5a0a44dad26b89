/** Which endpoints have a key of some kind: fifty without one cost one command. */
import { isCluster, type RedisClient } from './connection.js';
import { queueKey } from './names.js';

/** Endpoints that are asked for at once. */
const PAGE = 50;

/** Where deliveries are that are not settled yet. */
export const UNSETTLED = ['wait', 'active', 'delayed', 'prioritized'] as const;

/** Whether one of the endpoints has one of these keys. In a Cluster: of one endpoint. Rejects with Redis' error. */
export async function holdsAny(
  client: RedisClient,
  prefix: string,
  endpoints: readonly string[],
  parts: readonly string[],
): Promise<boolean> {
  const keys = endpoints.flatMap((endpoint) => parts.map((part) => queueKey(prefix, endpoint, part)));
  return (await client.exists(...keys)) > 0;
}

/** Those that have one of these keys, in their order. Rejects with Redis' error. */
export async function endpointsHolding(
  client: RedisClient,
  prefix: string,
  endpoints: readonly string[],
  parts: readonly string[] = UNSETTLED,
): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < endpoints.length; at += PAGE) {
    const page = endpoints.slice(at, at + PAGE);
    if (!isCluster(client) && !(await holdsAny(client, prefix, page, parts))) continue;
    const each = await Promise.all(page.map((endpoint) => holdsAny(client, prefix, [endpoint], parts)));
    found.push(...page.filter((_, n) => each[n]));
  }
  return found;
}
