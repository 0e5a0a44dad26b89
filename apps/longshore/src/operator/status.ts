/** `longshore status`: every endpoint on one line, as the home page has it. */
import { setTimeout as pause } from 'node:timers/promises';
import { formatDuration, formatNumber, localTime, plural } from '@longshore/event';
import type { AdminService, EndpointOverview } from '@longshore/operator';
import { endpointAnswer } from '@longshore/operator/answers';
import { byUrgency, memoryWarning } from '@longshore/operator/format';
import { type Column, table } from '@longshore/operator/terminal';
import { TROUBLED_STATES } from '@longshore/queue/pulse';
import { refusedWords } from '../load.js';
import type { Shell } from '../shell.js';
import { interruptible } from '../signals.js';
import { withAdmin } from './with-admin.js';

/** Options of the command. */
export interface StatusOptions {
  /** Path of the configuration. */
  config: string;
  endpoint?: string;
  watch?: boolean;
  output: 'table' | 'wide' | 'json';
}

const WATCH_INTERVAL_MS = 2_000;
/** Clears the screen of a terminal and starts at its top. */
const CLEAR = '\x1b[H\x1b[2J';

/** @returns the exit code of the last look */
export function status(options: StatusOptions, shell: Shell): Promise<number> {
  return withAdmin(options.config, 'longshore status', shell, async (admin) => {
    if (!options.watch) return once(admin, options, shell);
    return interruptible(shell.signals, async (signal) => {
      let code = 0;
      while (!signal.aborted) {
        if (shell.stdout.isTTY) shell.stdout.write(CLEAR);
        code = await once(admin, options, shell);
        await pause(WATCH_INTERVAL_MS, undefined, { signal }).catch(() => {}); // it is interrupted
      }
      return code;
    });
  });
}

async function once(admin: AdminService, { endpoint, output }: StatusOptions, shell: Shell): Promise<number> {
  const rows = endpoint === undefined ? await admin.endpoints() : [await admin.endpoint(endpoint)];
  const sorted = byUrgency(rows);
  if (output === 'json') {
    shell.print(JSON.stringify(sorted.map(endpointAnswer)));
  } else if (sorted.length === 0) {
    shell.warn('longshore: no endpoint yet: add one under notifications.endpoints');
  } else {
    shell.print(lines(sorted, output, shell.stdout).join('\n'));
    const warning = memoryWarning(await admin.memory(), rows);
    if (warning) shell.warn(`longshore: ${warning}`);
  }
  for (const refusal of await admin.refused()) shell.warn(`longshore: ${refusedWords(refusal)}`);
  return sorted.some(({ state }) => TROUBLED_STATES.has(state.name)) ? 1 : 0;
}

const COLUMNS: readonly Column[] = [
  { header: 'ENDPOINT' },
  { header: 'STATE' },
  { header: 'WAITING', isNumber: true },
  { header: 'DELAYED', isNumber: true },
  { header: 'IN FLIGHT', isNumber: true },
  { header: 'DEAD', isNumber: true },
  { header: 'PER MIN', isNumber: true },
  { header: 'OLDEST', isNumber: true },
];

function lines(
  rows: readonly EndpointOverview[],
  output: 'table' | 'wide',
  { columns, isTTY }: Shell['stdout'],
): string[] {
  const now = Date.now();
  const width = isTTY ? columns : undefined;
  if (output === 'wide') {
    const all = [...COLUMNS, { header: 'LAST DELIVERED' }, { header: 'URL' }, { header: 'DETAILS' }];
    return table(
      all,
      rows.map((row) => [...cells(row, now), lastDelivered(row), row.url ?? '', details(row)]),
    );
  }
  return table(
    [...COLUMNS, { header: 'DETAILS' }],
    rows.map((row) => [...cells(row, now), details(row)]),
    width,
  );
}

const cells = ({ name, state, pulse, rate }: EndpointOverview, now: number): string[] => [
  name,
  state.name,
  ...[pulse.waiting, pulse.delayed, pulse.active, pulse.dead, Math.round(rate * 10) / 10].map(formatNumber),
  pulse.oldestAt === undefined ? '' : formatDuration(now - pulse.oldestAt),
];

const lastDelivered = ({ pulse }: EndpointOverview): string =>
  pulse.lastDeliveredAt === undefined ? '' : localTime(pulse.lastDeliveredAt);

/** Certificates that are not checked, then what the state says. */
function details(overview: EndpointOverview): string {
  const parts = [overview.insecure ? 'INSECURE: a certificate is not checked' : '', ofState(overview)];
  return parts.filter(Boolean).join('; ');
}

/** What the state says beyond its name, and the last error while it matters. */
function ofState({ state, pulse }: EndpointOverview): string {
  const { lastError, failures } = pulse;
  const { name, words } = state;
  if (name === 'failing' || name === 'backing off') {
    const error = lastError?.detail ?? lastError?.reason ?? '';
    return `${plural(failures, 'failed attempt')}: ${error}`;
  }
  if (name === 'delivering' || name === 'idle') return '';
  return words.startsWith(name) ? words.slice(name.length).replace(/^[:;,]? /, '') : words;
}
