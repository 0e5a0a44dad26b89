/** The registries behind sources: one client for each url, opened when it is needed and again when its settings change. */
import { type Config, type RegistrySettings, revealAll } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import { systemTrust } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import { openRegistry, type Registry } from '@longshore/registry-client';
import { registryAuthOf } from '../registry-auth.js';
import { paced } from './paced.js';

/** See the header. */
export interface SourceRegistries {
  /** Undefined where the configuration names none, or its settings cannot be read: `onFault` hears of that. */
  registryOf(source: string): Registry | undefined;
  /** Sources that report the same registry, this one included; the first one stands for all. */
  sourcesOf(source: string): string[];
  close(): Promise<void>;
}

/** A registry that takes longer is left alone for a while: image events wait for it. */
const TIMEOUT_MS = 5_000;

/**
 * @param userAgent by which the pulls are recognized as Longshore's own
 * @param onFault hears of a secret that is missing, with the source and the setting
 */
export function createSourceRegistries(
  config: () => Config,
  userAgent: string,
  onFault: (source: string, error: LongshoreError) => void,
): SourceRegistries {
  const open = new Map<string, { settings: RegistrySettings; registry: Registry }>();
  const settingsOf = (source: string): RegistrySettings | undefined =>
    config().registries.find((one) => one.source === source);
  const registryFor = (settings: RegistrySettings): Registry => {
    const { auth, realms, addresses, rate, source: _, api: __, ...rest } = revealAll(settings);
    const options = {
      ...rest,
      auth: registryAuthOf(auth),
      trusted: { realms, addresses, settings: 'registries.' },
    };
    const egress = new Egress(config().egress);
    return paced(
      openRegistry({ ...options, userAgent, egress, trust: systemTrust(), timeout: TIMEOUT_MS }),
      rate,
    );
  };
  return {
    registryOf(source) {
      const settings = settingsOf(source);
      if (!settings) return undefined;
      const known = open.get(source);
      // A configuration that is read again has new objects: then secrets may have changed too.
      if (known?.settings === settings) return known.registry;
      void known?.registry.close();
      open.delete(source);
      try {
        const registry = registryFor(settings);
        open.set(source, { settings, registry });
        return registry;
      } catch (error) {
        if (!(error instanceof LongshoreError)) throw error;
        onFault(source, error);
        return undefined;
      }
    },
    sourcesOf(source) {
      const url = settingsOf(source)?.url.reveal();
      if (url === undefined) return [source];
      const same = config().registries.filter((one) => one.url.reveal() === url);
      return same.map((one) => one.source);
    },
    async close() {
      await Promise.all(Array.from(open.values(), ({ registry }) => registry.close()));
    },
  };
}
