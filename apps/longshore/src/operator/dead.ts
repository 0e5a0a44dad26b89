/** `longshore dead`: the dead-letter set on the command line. */
import { formatNumber, plural } from '@longshore/event';
import type { AdminService, DeadLetterQuery } from '@longshore/operator';
import { deadGroupsAnswer, deadLetterAnswer } from '@longshore/operator/answers';
import type { BulkResult, DeadLetter } from '@longshore/queue/dead';
import type { Action } from '../commands/options.js';
import { createProgressLine, showBulkProgress } from '../progress-line.js';
import { type Shell, widthOf } from '../shell.js';
import { interruptible } from '../signals.js';
import { confirmed } from './confirm.js';
import { groupTable, inFull, letterTable } from './dead-format.js';
import { wholeIds } from './ids.js';
import { checkOptions, usageError } from './usage.js';
import { withAdmin } from './with-admin.js';

/** Options of the command: a filter, and those of single actions. */
export interface DeadOptions extends Omit<DeadLetterQuery, 'id'> {
  /** Path of the configuration. */
  config: string;
  limit?: number;
  rate?: number;
  yes?: boolean;
  /** Of a retry: without a filter, all of them, unasked. */
  all?: boolean;
  /** Of a list: how many by cause, instead of each. */
  count?: boolean;
  /** Of a list. */
  output?: 'table' | 'wide' | 'json';
  json?: boolean;
}

/** The action that each option belongs to. */
const OF_ACTION = {
  limit: 'list',
  count: 'list',
  output: 'list',
  rate: 'retry',
  all: 'retry',
  yes: 'drop',
} as const;

const DEFAULT_LIMIT = 20;
const PAGE_SIZE = 200;

/** One action. @returns the exit code */
export function dead(action: Action, ids: string[], options: DeadOptions, shell: Shell): Promise<number> {
  const { config, limit = DEFAULT_LIMIT, rate, yes, all, count: counted, json, ...rest } = options;
  const { output = json ? 'json' : 'table', ...filter } = rest;
  checkOptions(action, options, OF_ACTION);
  return withAdmin(config, `longshore dead ${action}`, shell, async (admin) => {
    const listed = (paging: Parameters<AdminService['deadLetters']>[1]) => admin.deadLetters({}, paging);
    const whole = await wholeIds({ what: 'dead-lettered delivery', page: listed }, ids);
    const query: DeadLetterQuery = { ...filter, ...(ids.length > 0 && { id: whole }) };
    if (action === 'list') {
      return counted ? count(admin, query, output, shell) : list(admin, query, { limit, output }, shell);
    }
    if (action === 'show') return show(admin, whole, json, shell);
    if (action === 'retry') return retry(admin, query, { rate, all, json }, shell);
    return drop(admin, query, yes, json, shell);
  });
}

const deliveries = (count: number): string =>
  plural(count, 'dead-lettered delivery', 'dead-lettered deliveries');

interface ListOptions {
  limit: number;
  output: NonNullable<DeadOptions['output']>;
}

/** A table of at most so many; of JSON each is printed when its page is read. */
async function list(admin: AdminService, query: DeadLetterQuery, options: ListOptions, shell: Shell) {
  const { limit, output } = options;
  const letters: DeadLetter[] = [];
  let shown = 0;
  let after: string | undefined;
  do {
    const paging = { limit: Math.min(PAGE_SIZE, limit - shown), ...(after && { after }) };
    const page = await admin.deadLetters(query, paging);
    if (output === 'json')
      for (const letter of page.items) shell.print(JSON.stringify(deadLetterAnswer(letter)));
    else letters.push(...page.items);
    shown += page.items.length;
    after = page.next;
  } while (after && shown < limit);
  if (output === 'json') return 0;
  if (shown > 0) shell.print(letterTable(letters, output === 'wide', widthOf(shell)).join('\n'));
  const more = after ? '; there may be more: use --limit or a filter' : '';
  shell.print(shown === 0 ? 'No dead-lettered deliveries match.' : `${deliveries(shown)}${more}`);
  return 0;
}

/** How many there are, by cause. */
async function count(
  admin: AdminService,
  query: DeadLetterQuery,
  output: ListOptions['output'],
  shell: Shell,
) {
  const groups = await admin.deadGroups(query);
  if (output === 'json') {
    shell.print(JSON.stringify(deadGroupsAnswer(groups)));
    return 0;
  }
  if (groups.groups.length > 0) shell.print(groupTable(groups, widthOf(shell)).join('\n'));
  const total = groups.more
    ? `More than the ${formatNumber(groups.looked)} that were counted, the newest of each endpoint.`
    : deliveries(groups.groups.reduce((sum, group) => sum + group.count, 0));
  shell.print(total);
  return 0;
}

async function show(
  admin: AdminService,
  ids: readonly string[],
  json: boolean | undefined,
  shell: Shell,
): Promise<number> {
  if (ids.length === 0)
    throw usageError('show needs the id of a delivery; `longshore dead list` prints them');
  for (const [n, id] of ids.entries()) {
    const letter = await admin.deadLetter(id);
    if (json) shell.print(JSON.stringify(deadLetterAnswer(letter)));
    else for (const line of [...(n > 0 ? ['', ''] : []), ...inFull(letter)]) shell.print(line);
  }
  return 0;
}

async function retry(
  admin: AdminService,
  query: DeadLetterQuery,
  { rate, all, json }: Pick<DeadOptions, 'rate' | 'all' | 'json'>,
  shell: Shell,
) {
  const isAll = Object.values(query).every((value) => value === undefined);
  if (isAll && !all) {
    const question = `No filter given. Retry ${deliveries(await admin.countDeadLetters(query))} of all endpoints?`;
    if (!(await confirmed(question, false, '--all or a filter'))) {
      shell.print('Nothing retried.');
      return 1;
    }
  }
  for (const { endpoint, why } of await admin.blockedEndpoints(query))
    shell.warn(`longshore: ${endpoint}: ${why}`);
  const result = await bulk('retried', shell, (settings) =>
    admin.retryDeadLetters(query, { ...settings, ...(rate !== undefined && { rate }) }),
  );
  return report('retried', result, json, shell);
}

async function drop(
  admin: AdminService,
  query: DeadLetterQuery,
  yes: boolean | undefined,
  json: boolean | undefined,
  shell: Shell,
) {
  const count = await admin.countDeadLetters(query);
  const question = `Delete ${deliveries(count)}? This cannot be undone.`;
  if (!(await confirmed(question, yes || count === 0))) {
    shell.print('Nothing deleted.');
    return 1;
  }
  const result = await bulk('dropped', shell, (settings) => admin.dropDeadLetters(query, settings));
  return report('dropped', result, json, shell);
}

/** Field of the JSON, and what a person reads. */
const DONE = { retried: 'retried', dropped: 'deleted' };
type Outcome = keyof typeof DONE;
type BulkSettings = NonNullable<Parameters<AdminService['dropDeadLetters']>[1]>;

/** With progress; Ctrl-C stops it in order. */
async function bulk(
  outcome: Outcome,
  shell: Shell,
  run: (settings: BulkSettings) => Promise<BulkResult>,
): Promise<BulkResult> {
  const line = createProgressLine(shell.stderr);
  const show = showBulkProgress(line, DONE[outcome]);
  let done = 0;
  try {
    return await interruptible(shell.signals, (signal) =>
      run({
        signal,
        onProgress(progress) {
          done = progress.done;
          show(progress);
        },
      }),
    );
  } catch (error) {
    if (done > 0)
      shell.warn(`longshore: failed after ${done} ${DONE[outcome]}. Run the same command again to continue.`);
    throw error;
  } finally {
    line.end();
  }
}

function report(outcome: Outcome, result: BulkResult, json: boolean | undefined, shell: Shell): number {
  const { total, looked, done, skipped, stopped } = result;
  const left = Math.max(0, total - looked);
  if (json) shell.print(JSON.stringify({ [outcome]: done, skipped, left, stopped }));
  else {
    const gone = skipped > 0 ? `, ${skipped} skipped (no longer in the dead-letter set)` : '';
    const rest = stopped
      ? `. Interrupted; ${left} not processed. Run the same command again to continue.`
      : '';
    // With an order that matters: they arrive after newer events.
    const queues = done === 1 ? 'its queue' : 'their queues';
    const where = outcome === 'retried' && done > 0 ? `, to the end of ${queues}` : '';
    shell.print(`${done} ${DONE[outcome]}${where}${gone}${rest}`);
  }
  return stopped ? 1 : 0;
}
