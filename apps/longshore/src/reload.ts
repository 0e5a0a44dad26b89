/**
 * Puts a changed configuration to work while events flow. A file that cannot be used changes nothing: what runs
 * goes on, and the log says why.
 */
import { type Config, type Env, formatProblem, type Problem, readConfig } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Observer } from '@longshore/observe';

/** A configuration that can be used, and what is surprising in it. */
export interface Loaded {
  config: Config;
  warnings: Problem[];
}

/** @throws LongshoreError CONFIG_INVALID with one line for each error */
export function load(file: string, env: Env): Loaded {
  const { config, problems } = readConfig(file, env);
  const errors = problems.filter(({ level }) => level === 'error');
  if (!config) {
    const lines = errors.map((problem) => formatProblem(file, problem));
    throw new LongshoreError('CONFIG_INVALID', lines.join('\n'));
  }
  return { config, warnings: problems.filter(({ level }) => level === 'warning') };
}

/** The traps that `longshore check` prints, into the log. */
export function tellWarnings(file: string, warnings: readonly Problem[], { log }: Observer): void {
  for (const problem of warnings)
    log.warn({ setting: problem.path || undefined }, formatProblem(file, problem));
}

export interface Reload {
  file: string;
  env: Env;
  /** What made us look. */
  why: string;
  current: Config;
  /** All or nothing. */
  apply(config: Config): void;
  observer: Observer;
}

/** @returns the configuration that is in force now */
export function reloadConfig({ file, env, why, current, apply, observer }: Reload): Config {
  const { log } = observer;
  try {
    const { config, warnings } = load(file, env);
    const waits = restartNeeded(current, config);
    // What cannot change at run time stays as it is, also for whoever asks later.
    const next: Config = { ...config, ...fixed(current) };
    apply(next);
    const changed = changedEndpoints(current, next);
    log.info({ why, endpoints: next.notifications.endpoints.length, ...changed }, 'configuration reloaded');
    tellWarnings(file, warnings, observer);
    if (waits.length > 0) log.warn({ settings: waits }, 'these settings change at the next start only');
    return next;
  } catch (err) {
    log.error({ why, file, err }, 'configuration not reloaded, the old one stays in force');
    return current;
  }
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

const fixed = ({ redis, datadir, admin, log }: Config) => ({ redis, datadir, admin, log });

/** Settings that are bound to a connection or a listener of this process. */
function restartNeeded(before: Config, after: Config): string[] {
  const bound = (config: Config): Record<string, unknown> => ({
    ...fixed(config),
    'ingest.listen': config.ingest.listen,
    'ingest.spool.dir': config.ingest.spool.dir,
    'dashboard.listen': config.dashboard.listen,
  });
  const [old, now] = [bound(before), bound(after)];
  return Object.keys(old).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]));
}
