/** What the tests of preheating share: a registry whose pushes are announced, a cache in front of it, a relay. */
import { redisUrl, startRegistry, type TestRegistry, testPrefix } from '@longshore/testkit';
import { type Relay, type Settings, startRelay, workFolder, writeConfig } from './relay.js';

/** Settings of an endpoint of kind preheat; `preheat` is merged into ours. */
export function warmEndpoint(preheat: Settings, more: Settings = {}): Settings {
  return { name: 'warm', kind: 'preheat', backoff: '50ms', maxbackoff: '200ms', ...more, preheat };
}

/** A relay with these endpoints, and the file that it runs with. */
export async function relayWith(
  endpoints: object[],
  more: Settings = {},
): Promise<{ relay: Relay; file: string; prefix: string }> {
  const configured = await preheatConfig(endpoints, more);
  return { relay: await startRelay(configured.file), ...configured };
}

/** The configuration of such a relay. */
export async function preheatConfig(
  endpoints: object[],
  more: Settings = {},
): Promise<{ file: string; prefix: string }> {
  const prefix = testPrefix();
  const redis = { url: redisUrl(), prefix };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis, ...more });
  return { file, prefix };
}

/** A registry, and a pull-through cache of it. */
export async function registryAndMirror(
  endpoints: readonly Record<string, unknown>[] = [],
): Promise<{ origin: TestRegistry; mirror: TestRegistry }> {
  const origin = await startRegistry({ endpoints });
  const mirror = await startRegistry({ proxy: origin.url });
  return { origin, mirror };
}

/** A push as the registry announces it. */
export function pushOf(
  registry: string,
  repository: string,
  image: { digest: string; mediaType: string },
  more: { id?: string; tag?: string; action?: string } = {},
): object {
  const { id = crypto.randomUUID(), tag, action = 'push' } = more;
  return {
    id,
    timestamp: new Date().toISOString(),
    action,
    target: {
      mediaType: image.mediaType,
      digest: image.digest,
      repository,
      url: `${registry}/v2/${repository}/manifests/${image.digest}`,
      ...(tag && { tag }),
    },
    request: { id: crypto.randomUUID(), host: new URL(registry).host, method: 'PUT' },
    actor: {},
    source: { addr: 'registry:5000', instanceID: crypto.randomUUID() },
  };
}
