/** `longshore migrate run` and `verify`: carry out a plan, and compare the registries afterwards. */
import type { PlannedTag } from '@longshore/archive/migrate';
import { type Config, isLoopback } from '@longshore/config';
import { formatSize, plural } from '@longshore/event';
import {
  type MigratedTag,
  type MigrationProblem,
  runMigration,
  verifyMigration,
} from '@longshore/worker/migrate';
import { withArchive } from '../archive/with-archive.js';
import { dockerConfig } from '../docker-config.js';
import { load } from '../load.js';
import { createProgressLine } from '../progress-line.js';
import { withRelay } from '../relay.js';
import type { Shell } from '../shell.js';
import { interruptible } from '../signals.js';
import { version } from '../version.js';
import { filterOf, type MigrateOptions, registryHosts } from './migrate.js';

/** Options of both commands. */
export interface MigrateRunOptions extends Omit<MigrateOptions, 'format'> {
  /** Tags begun in a second. */
  rate?: number;
  json?: boolean;
}

/** Problems that are printed; `--json` has all. */
const MOST_PRINTED = 100;

/** Copies. @returns the exit code */
export async function run(options: MigrateRunOptions, shell: Shell): Promise<number> {
  const { config: file, to, rate = Number.POSITIVE_INFINITY, json } = options;
  const line = createProgressLine(shell.stderr);
  const { tags, isWhole } = await planned(options, shell);
  const report = await withRelay(file, shell.env, ({ client, config, prefix }) =>
    interruptible(shell.signals, (signal) =>
      runMigration({
        ...{ client, prefix, config, rate, signal, tags, version, to: to.href },
        dockerConfig: dockerConfig(shell.env),
        onProgress: ({ total, left, failed, bytes }) =>
          line.bar(
            (total - left) / Math.max(1, total),
            `${total - left} of ${plural(total, 'tag')}, ${formatSize(bytes)}${failed > 0 ? `, ${failed} failed` : ''}`,
          ),
      }),
    ),
  );
  line.end();
  const { total, copied, already, gone, failed, left, bytes, failures } = report;
  if (json) shell.print(JSON.stringify(report, null, 2));
  else {
    problems(failures, shell);
    shell.print(
      `${plural(total, 'tag')}: ${copied} copied (${formatSize(bytes)}), ${already} already there, ${gone} gone at the source, ${failed} failed${left > 0 ? `, ${left} left` : ''}`,
    );
  }
  if (left > 0) line.note('interrupted; run it again to continue');
  return isWhole && failed + left === 0 && isAtSource(report) ? 0 : 1;
}

/** Compares. @returns the exit code */
export async function verify(options: MigrateRunOptions, shell: Shell): Promise<number> {
  const { config: file, to, json } = options;
  const { config } = load(file, shell.env);
  const line = createProgressLine(shell.stderr);
  const { tags, isWhole } = await planned(options, shell);
  const compared = await interruptible(shell.signals, (signal) =>
    verifyMigration({
      ...{ config, signal, tags, version, to: to.href, dockerConfig: dockerConfig(shell.env) },
      onProgress: ({ total, left }) =>
        line.bar((total - left) / Math.max(1, total), `${total - left} of ${plural(total, 'tag')} compared`),
    }),
  );
  line.end();
  const { total, same, different, gone, unknown, left, differences, errors } = compared;
  if (json) shell.print(JSON.stringify(compared, null, 2));
  else {
    problems([...differences, ...errors], shell);
    shell.print(
      `${plural(total, 'tag')}: ${same} the same, ${different} different, ${gone} gone at the source, ${unknown} not compared${left > 0 ? `, ${left} left` : ''}`,
    );
  }
  return isWhole && different + unknown + left === 0 && isAtSource(compared) ? 0 : 1;
}

/** A source that has none of the tags is probably another registry, or does not show them to this account. */
export const isAtSource = ({ total, gone }: { total: number; gone: number }): boolean =>
  total === 0 || gone < total;

function problems(found: readonly MigrationProblem[], shell: Shell): void {
  for (const { image, why } of found.slice(0, MOST_PRINTED)) shell.print(`${image}: ${why}`);
  const more = found.length - MOST_PRINTED;
  if (more > 0) shell.print(`and ${more} more; --json prints all`);
}

/** `isWhole`: no source was left out. */
async function planned(
  options: MigrateRunOptions,
  shell: Shell,
): Promise<{ tags: MigratedTag[]; isWhole: boolean }> {
  const filter = filterOf(options, Date.now());
  return withArchive(options.config, shell.env, async ({ pool }, config) => {
    const { lastPulledFirst, planTags } = await import('@longshore/archive/migrate');
    const hosts = registryHosts(config);
    const tags: PlannedTag[] = [];
    let isWhole = true;
    const warn = (text: string): void => {
      isWhole = false;
      shell.warn(`longshore: ${text}`);
    };
    for await (const tag of planTags({ pool, filter, hostOf: (source) => hosts.get(source), warn }))
      tags.push(tag);
    const ordered = lastPulledFirst(tags);
    return {
      tags: ordered.map((one) => ({
        registry: urlOf(one, config),
        repository: one.repository,
        tag: one.tag,
      })),
      isWhole,
    };
  });
}

/** Of the registry behind the source, where the configuration says it. */
function urlOf({ source, host }: PlannedTag, { registries, notifications }: Config): string {
  const known = [
    ...registries.flatMap((one) => (one.source === source ? one.url.reveal() : [])),
    ...notifications.endpoints.flatMap((one) => (one.kind === 'copy' ? one.copy.registry.url.reveal() : [])),
  ].find((url) => new URL(url).host === host);
  if (known !== undefined) return known;
  return `${isLoopback(new URL(`http://${host}`).hostname) ? 'http' : 'https'}://${host}`;
}
