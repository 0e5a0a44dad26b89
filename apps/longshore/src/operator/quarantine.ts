/** `longshore quarantine`: requests that could not be parsed, on the command line. */
import { formatSize, localTime, plural } from '@longshore/event';
import type { AdminService, QuarantineQuery, QuarantineRetry } from '@longshore/operator';
import { isTruncated, quarantinedAnswer, quarantinedDetailAnswer } from '@longshore/operator/answers';
import { block, type Column, properties, table, truncate } from '@longshore/operator/terminal';
import type { Quarantined } from '@longshore/queue/quarantine';
import type { Action } from '../commands/options.js';
import { type Shell, widthOf } from '../shell.js';
import { interruptible } from '../signals.js';
import { confirmed } from './confirm.js';
import { SHORT_ID, wholeIds } from './ids.js';
import { checkOptions, usageError } from './usage.js';
import { withAdmin } from './with-admin.js';

/** Options of the command: a filter, and those of single actions. */
export interface QuarantineOptions extends Omit<QuarantineQuery, 'id'> {
  /** Path of the configuration. */
  config: string;
  limit?: number;
  yes?: boolean;
  /** Of a retry: kind of source to parse as. */
  as?: string;
  /** Of a list. */
  output?: 'table' | 'wide' | 'json';
  json?: boolean;
}

const DEFAULT_LIMIT = 20;

/** One action. @returns the exit code */
export function quarantine(
  action: Action,
  ids: string[],
  options: QuarantineOptions,
  shell: Shell,
): Promise<number> {
  const { config, limit = DEFAULT_LIMIT, yes, as, json, ...rest } = options;
  const { output = json ? 'json' : 'table', ...filter } = rest;
  checkOptions(action, options, { limit: 'list', output: 'list', yes: 'drop', as: 'retry' });
  return withAdmin(config, `longshore quarantine ${action}`, shell, async (admin) => {
    const listed = (paging: Parameters<AdminService['quarantine']>[1]) => admin.quarantine({}, paging);
    const whole = await wholeIds({ what: 'quarantined request', page: listed }, ids);
    const query: QuarantineQuery = { ...filter, ...(ids.length > 0 && { id: whole }) };
    if (action === 'list') return list(admin, query, { limit, output }, shell);
    if (action === 'show') return show(admin, whole, json, shell);
    if (action === 'retry') return retry(admin, query, { as, json }, shell);
    return drop(admin, query, yes, json, shell);
  });
}

const NO_MATCH = 'No quarantined requests match.';

async function list(
  admin: AdminService,
  query: QuarantineQuery,
  { limit, output }: { limit: number; output: NonNullable<QuarantineOptions['output']> },
  shell: Shell,
) {
  const { items, next } = await admin.quarantine(query, { limit });
  if (output === 'json') {
    for (const entry of items) shell.print(JSON.stringify(quarantinedAnswer(entry)));
    return 0;
  }
  if (items.length > 0) shell.print(entryTable(items, output === 'wide', widthOf(shell)).join('\n'));
  const more = next ? '; there are more: use --limit or a filter' : '';
  shell.print(items.length === 0 ? NO_MATCH : `${plural(items.length, 'quarantined request')}${more}`);
  return 0;
}

const COLUMNS: readonly Column[] = [
  { header: 'ID' },
  { header: 'RECEIVED' },
  { header: 'SOURCE' },
  { header: 'SIZE', isNumber: true },
  { header: 'REASON' },
];

/** `wide`: whole ids and reasons. */
function entryTable(entries: readonly Quarantined[], wide: boolean, width?: number): string[] {
  const rows = entries.map((entry) => [
    wide ? entry.id : entry.id.slice(0, SHORT_ID),
    localTime(entry.receivedAt),
    entry.source,
    `${formatSize(entry.bytes)}${isTruncated(entry) ? ', truncated' : ''}`,
    entry.reason,
  ]);
  return table(COLUMNS, rows, wide ? undefined : width);
}

async function show(
  admin: AdminService,
  ids: string[],
  json: boolean | undefined,
  shell: Shell,
): Promise<number> {
  if (ids.length === 0)
    throw usageError('show needs the id of a request; `longshore quarantine list` prints them');
  for (const id of ids) {
    const entry = await admin.quarantined(id);
    const detail = quarantinedDetailAnswer(entry);
    if (json) shell.print(JSON.stringify(detail));
    else for (const line of inFull(detail)) shell.print(line);
  }
  return 0;
}

function inFull(detail: ReturnType<typeof quarantinedDetailAnswer>): string[] {
  const { id, source, kind, reason, receivedAt, path, bytes, cut, body, bodyBase64 = '' } = detail;
  const known = properties([
    ['id', id],
    ['source', `${source} (${kind})`],
    ['received', localTime(receivedAt)],
    ['path', path],
    ['reason', reason],
    [
      'size',
      `${formatSize(bytes)}${cut ? '; only the first part of it was kept, so it cannot be retried' : ''}`,
    ],
  ]);
  return [
    ...known,
    ...(body === undefined ? block('Body, base64', bodyBase64) : block('Body', pretty(body))),
  ];
}

async function retry(
  admin: AdminService,
  query: QuarantineQuery,
  { as, json }: Pick<QuarantineOptions, 'as' | 'json'>,
  shell: Shell,
): Promise<number> {
  const outcomes: QuarantineRetry['outcome'][] = [];
  const stopped = await interruptible(shell.signals, async (signal) => {
    for await (const retried of admin.retryQuarantine(query, { signal, ...(as !== undefined && { as }) })) {
      outcomes.push(retried.outcome);
      shell.print(json ? JSON.stringify(retried) : describe(retried));
    }
    return signal.aborted;
  });
  if (!json && outcomes.length === 0) shell.print(NO_MATCH);
  if (stopped) shell.warn('longshore: interrupted. Run the same command again to continue.');
  const failed = outcomes.some((outcome) => outcome === 'unreadable' || outcome === 'cut');
  // Ids were given and none of them exists.
  const missing = query.id !== undefined && outcomes.length === 0;
  return failed || missing || stopped ? 1 : 0;
}

function describe(retried: QuarantineRetry): string {
  switch (retried.outcome) {
    case 'taken': {
      const { accepted, enqueued, duplicates, ignored } = retried;
      return `${retried.id}  accepted ${JSON.stringify({ accepted, enqueued, duplicates, ignored })}`;
    }
    case 'unreadable':
      return `${retried.id}  still quarantined: ${truncate(retried.reason, 1_000)}`;
    case 'cut':
      return `${retried.id}  still quarantined: only the first 1 MiB of ${formatSize(retried.bytes)} was kept; have the sender send it again`;
    case 'gone':
      return `${retried.id}  gone: retried or deleted by someone else`;
  }
}

async function drop(
  admin: AdminService,
  query: QuarantineQuery,
  yes: boolean | undefined,
  json: boolean | undefined,
  shell: Shell,
) {
  if (!(await confirmed('Delete all matching quarantined requests? This cannot be undone.', yes))) {
    shell.print('Nothing deleted.');
    return 1;
  }
  const dropped = await admin.dropQuarantine(query);
  shell.print(json ? JSON.stringify({ dropped }) : `${plural(dropped, 'request')} deleted`);
  return query.id !== undefined && dropped === 0 ? 1 : 0;
}

/** Indented JSON; other text as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
