/**
 * Tells when the configuration may have changed: on SIGHUP, or when the file does. The file is looked at once
 * a second instead of watched: this also sees a Kubernetes ConfigMap, whose file is a link that is swapped,
 * and files on network drives.
 */
import { unwatchFile, watchFile } from 'node:fs';
import { type Config, type environment, loadConfig } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import { tellWarnings } from './warnings.js';

const EVERY = 1_000;

export function watchConfig(file: string, onChange: (why: string) => void): { close(): void } {
  const onSignal = (): void => onChange('SIGHUP');
  process.on('SIGHUP', onSignal);
  watchFile(file, { interval: EVERY }, (now, before) => {
    // A file that is gone for a moment is being replaced.
    const changed = now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size;
    if (changed && now.nlink > 0) onChange(`${file} has changed`);
  });
  return {
    close() {
      process.off('SIGHUP', onSignal);
      unwatchFile(file);
    },
  };
}

export interface Reload {
  file: string;
  env: ReturnType<typeof environment>;
  /** What made us look. */
  why: string;
  current: Config;
  apply(config: Config): Promise<void>;
  observer: Observer;
}

/**
 * Reads the file again and puts it to work. A file that cannot be used changes nothing: what runs goes on.
 * @returns the configuration that is now in force, undefined when it is the old one
 */
export async function reloadConfig({
  file,
  env,
  why,
  current,
  apply,
  observer,
}: Reload): Promise<Config | undefined> {
  try {
    const next = loadConfig(file, env);
    const waits = restartNeeded(current, next);
    // What cannot change at run time stays as it is, also for whoever asks later.
    const merged: Config = { ...next, ...pick(current) };
    await apply(merged);
    const endpoints = merged.notifications.endpoints.length;
    observer.log.info({ why, endpoints }, 'configuration reloaded');
    tellWarnings(file, env, observer);
    if (waits.length > 0)
      observer.log.warn({ settings: waits }, 'these settings change at the next start only');
    return merged;
  } catch (err) {
    observer.log.error({ why, file, err }, 'configuration not reloaded, the old one stays in force');
    return undefined;
  }
}

const pick = ({ redis, datadir, admin, log }: Config) => ({ redis, datadir, admin, log });

/** Settings that are bound to a connection or a listener of this process. */
function restartNeeded(before: Config, after: Config): string[] {
  const fixed = (config: Config): Record<string, unknown> => ({
    ...pick(config),
    'ingest.listen': config.ingest.listen,
    'dashboard.listen': config.dashboard.listen,
  });
  const [old, now] = [fixed(before), fixed(after)];
  return Object.keys(old).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]));
}
