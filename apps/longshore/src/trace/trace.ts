/** `longshore trace`: searches the relay's history and prints what it finds. */

import type { HistoryAnswer } from '@longshore/event';
import type { AdminService } from '@longshore/operator';
import { defaultConfig } from '../commands/options.js';
import { withAdmin } from '../operator/with-admin.js';
import type { Shell } from '../shell.js';
import { list, nothing } from './list.js';
import { timeline } from './timeline.js';
import { painter, type View } from './view.js';

/** Options of the command. */
export interface TraceOptions {
  /** Path of the configuration. */
  config: string;
  endpoint?: string;
  limit: number;
  json?: boolean;
}

/** @throws LongshoreError CONFIG_INVALID, SECRET_MISSING, RELAY_NOT_RUNNING, QUEUE_UNAVAILABLE */
export function trace(
  search: string,
  { config: file, json, ...query }: TraceOptions,
  shell: Pick<Shell, 'env' | 'warn'>,
): Promise<{ lines: string[]; found: boolean }> {
  const { env } = shell;
  return withAdmin(file, 'longshore trace', shell, async (admin) => {
    const traced = await admin.trace({ search, ...query });
    const found = traced.trails.length > 0;
    if (json) return { lines: [JSON.stringify(traced, null, 2)], found };
    const view: View = {
      paint: painter(process.stdout.isTTY === true && !env.NO_COLOR),
      now: Date.now(),
      option: file === defaultConfig(env) ? '' : ` --config ${file}`,
      blocked: await blockedEndpoints(traced, admin),
    };
    const [first] = traced.trails;
    if (!first) return { lines: nothing(traced, view), found };
    return { lines: traced.trails.length === 1 ? timeline(first, traced, view) : list(traced, view), found };
  });
}

/** Asks only when a delivery is queued. */
async function blockedEndpoints(
  { trails }: HistoryAnswer,
  admin: AdminService,
): Promise<Map<string, string>> {
  const isQueued = trails.some(({ deliveries }) =>
    deliveries.some(({ state }) => state === 'waiting' || state === 'delayed'),
  );
  const endpoints = isQueued ? await admin.endpoints() : [];
  return new Map(endpoints.flatMap(({ name, blocked }) => (blocked ? [[name, blocked]] : [])));
}
