/**
 * Applies a changed configuration while events flow. A file that cannot be used changes nothing: the running
 * configuration stays in force, and the log says why.
 */
import { type Config, certificateExpiries, type Env, formatProblem, type Problem } from '@longshore/config';
import type { RefusedConfig } from '@longshore/dashboard';
import type { Observer } from '@longshore/observe';
import { boundSettings } from './archive.js';
import { load } from './load.js';

/** The configuration that is in force. */
export interface InForce {
  config: Config;
  /** Why the file as it is now is not in force. */
  refused?: RefusedConfig;
}

/** The traps that `longshore check` prints, into the log. */
export function logWarnings(file: string, warnings: readonly Problem[], { log }: Observer): void {
  for (const problem of warnings)
    log.warn({ setting: problem.path || undefined }, formatProblem(file, problem));
}

/** One reload of the configuration. */
export interface Reload {
  file: string;
  env: Env;
  /** What made us look. */
  why: string;
  current: InForce;
  /** All or nothing. */
  apply(config: Config): void;
  observer: Observer;
}

/** @returns the configuration that is in force now; the one before when the file cannot be used */
export function reloadConfig({ file, env, why, current, apply, observer }: Reload): InForce {
  const { log } = observer;
  try {
    const { config, warnings } = load(file, env);
    const waits = restartNeeded(current.config, config);
    // What cannot change at run time stays as it is, for everything that reads the configuration later.
    const next: Config = {
      ...config,
      ...fixed(current.config),
      ...listeners(config, current.config),
      archive: archiveOf(config, current.config),
    };
    apply(next);
    observer.configLoaded(Date.now());
    observer.certificatesExpire(certificateExpiries(next));
    const changed = changedEndpoints(current.config, next);
    log.info({ why, endpoints: next.notifications.endpoints.length, ...changed }, 'configuration reloaded');
    logWarnings(file, warnings, observer);
    if (waits.length > 0) log.warn({ settings: waits }, 'these settings change at the next start only');
    return { config: next };
  } catch (err) {
    log.error({ why, file, err }, 'configuration not reloaded, the old one stays in force');
    observer.configRefused();
    const reason = firstErrors(err instanceof Error ? err.message : String(err), file);
    return { config: current.config, refused: { at: Date.now(), file, reason } };
  }
}

/** Errors of a file that `/readyz` and the home page show; the log has them all. */
const ERRORS_SHOWN = 3;

function firstErrors(reason: string, file: string): string {
  const lines = reason.split('\n');
  if (lines.length <= ERRORS_SHOWN) return reason;
  const more = `and ${lines.length - ERRORS_SHOWN} more: longshore check ${file}`;
  return [...lines.slice(0, ERRORS_SHOWN), more].join('\n');
}

/** Names of endpoints, by what happened to them; what is empty is left out of the line. */
function changedEndpoints(before: Config, after: Config): Record<string, string[] | undefined> {
  const byName = ({ notifications }: Config) =>
    new Map(notifications.endpoints.map((endpoint) => [endpoint.name, JSON.stringify(endpoint)]));
  const [old, now] = [byName(before), byName(after)];
  const names = (list: string[]): string[] | undefined => (list.length > 0 ? list : undefined);
  return {
    added: names([...now.keys()].filter((name) => !old.has(name))),
    removed: names([...old.keys()].filter((name) => !now.has(name))),
    changed: names([...now.keys()].filter((name) => old.has(name) && old.get(name) !== now.get(name))),
  };
}

const fixed = ({ redis, datadir, log }: Config) => ({ redis, datadir, log });

/** What is written where does not change; which events does. */
const archiveOf = (next: Config, { archive }: Config): Config['archive'] =>
  archive && { ...archive, ignore: next.archive?.ignore ?? archive.ignore };

/** Where they listen does not change, and who may ask there without a secret depends on it. */
const listeners = (next: Config, { ingest, dashboard, admin }: Config) => ({
  ingest: { ...next.ingest, listen: ingest.listen },
  dashboard: { ...next.dashboard, listen: dashboard.listen },
  admin: { ...next.admin, listen: admin.listen },
});

/** Settings that are bound to a connection or a listener of this process. */
function restartNeeded(before: Config, after: Config): string[] {
  const bound = (config: Config): Record<string, unknown> => ({
    ...fixed(config),
    archive: boundSettings(config.archive),
    'ingest.listen': config.ingest.listen,
    'ingest.spool.dir': config.ingest.spool.dir,
    'dashboard.listen': config.dashboard.listen,
    'admin.listen': config.admin.listen,
  });
  const [old, now] = [bound(before), bound(after)];
  return Object.keys(old).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]));
}
