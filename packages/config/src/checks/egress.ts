/** The rules of egress, and urls whose address they refuse. A name is resolved when it is connected to. */
import { isIP } from 'node:net';
import { destinationOf, Egress, networkOf } from '@longshore/network/egress';
import { quote } from '@longshore/settings/format';
import { revealed, Secret } from '@longshore/settings/secrets';
import type { Config } from '../schema.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

/** Settings that hold the url of something that is connected to. */
const URLS: ReadonlySet<string> = new Set(['url', 'tokenurl', 'origin', 'tracker', 'jwks', 'issuer']);

/** See the header. */
export function checkEgress(config: Config, check: Check): void {
  for (const list of ['allow', 'deny'] as const) {
    for (const [index, entry] of config.egress[list].entries())
      checkEntry(entry, ['egress', list, index], check);
  }
  const { notifications, alerts, sources, ingest, dashboard } = config;
  walk(
    { notifications, alerts, sources, ingest, dashboard: { auth: dashboard.auth } },
    [],
    new Egress(config.egress),
    check,
  );
}

function checkEntry(entry: string, path: Step[], { problems }: Check): void {
  const isHost = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(entry);
  if (networkOf(entry) === undefined && !(isHost && !/^[\d.]+\/?/.test(entry.replace(/:\d+$/, '')))) {
    problems.error(
      path,
      `${quote(entry)} is no address, no network and no host; write 10.0.0.0/8, [fd00::1] or name:port`,
    );
  }
}

function walk(value: unknown, path: readonly Step[], egress: Egress, check: Check): void {
  const key = path.at(-1);
  if (value instanceof Secret || typeof value === 'string') {
    if (typeof key === 'string' && URLS.has(key)) checkUrl(value, path, egress, check);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) walk(item, [...path, index], egress, check);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) walk(item, [...path, name], egress, check);
  }
}

function checkUrl(value: Secret | string, path: readonly Step[], egress: Egress, { problems }: Check): void {
  const text = value instanceof Secret ? (revealed(value) ?? '') : value;
  if (!URL.canParse(text) || problems.failedAt(path)) return;
  const where = destinationOf(new URL(text));
  const refused = isIP(where.host) === 0 ? egress.denies(where) : egress.refusal(where, where.host);
  if (refused) problems.warning(path, `nothing is sent: it leads to ${refused.message}`);
}
