/** `longshore migrate plan`: what is alive in the archive, on the command line. Needs no Redis. */
import type { PlanFilter, PlanFormat } from '@longshore/archive/migrate';
import type { Config } from '@longshore/config';
import { printable } from '@longshore/event';
import { parseTime } from '@longshore/operator/schemas';
import { load } from '../load.js';
import type { Shell } from '../shell.js';
import { openCommandArchive } from './command-archive.js';

/** Options of the command. */
export interface MigrateOptions {
  /** Path of the configuration. */
  config: string;
  /** Base url of the target. */
  to: URL;
  since?: string;
  pulledWithin?: string;
  format: PlanFormat;
}

/** Prints the plan. @returns the exit code */
export async function plan(options: MigrateOptions, shell: Shell): Promise<number> {
  const { config: file, to, format } = options;
  const { config } = load(file, shell.env);
  const filter = filterOf(options, Date.now());
  const archive = await openCommandArchive(config, file);
  const warnings: string[] = [];
  const warn = (text: string): void => {
    warnings.push(text);
    shell.warn(`longshore: ${printable(text)}`);
  };
  try {
    const { planTags, writePlan } = await import('@longshore/archive/migrate');
    const hosts = registryHosts(config);
    const tags = planTags({ pool: archive.pool, filter, hostOf: (source) => hosts.get(source), warn });
    for await (const line of writePlan(format, tags, to.host)) shell.print(line);
    return warnings.length > 0 ? 1 : 0;
  } finally {
    await archive.close();
  }
}

/** @throws LongshoreError REQUEST_INVALID */
export function filterOf(
  { since, pulledWithin }: Pick<MigrateOptions, 'since' | 'pulledWithin'>,
  now: number,
): PlanFilter {
  const iso = (name: string, text: string): string => new Date(parseTime(name, text, now)).toISOString();
  return {
    ...(since !== undefined && { since: iso('since', since) }),
    ...(pulledWithin !== undefined && { pulledSince: iso('pulled-within', pulledWithin) }),
  };
}

/** Host of the registry behind a source, where `registries` has it. */
export const registryHosts = ({ registries }: Config): ReadonlyMap<string, string> =>
  new Map(registries.map(({ source, url }) => [source, new URL(url.reveal()).host]));
