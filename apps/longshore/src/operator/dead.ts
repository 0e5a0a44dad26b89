/** `longshore dead`: the dead-letter set on the command line. */
import { type DeadWords, deadAnswer, type Operate } from '@longshore/dashboard/operate';
import { LongshoreError } from '@longshore/event';
import type { BulkResult } from '@longshore/queue/operator';
import type { Action } from '../commands/options.js';
import type { Shell } from '../shell.js';
import { counted } from '../trace/words.js';
import { confirmed } from './confirm.js';
import { inFull, row } from './dead-words.js';
import { untilInterrupted } from './interrupt.js';
import { openProgress } from './progress.js';
import { withOperate } from './with-operate.js';

export interface DeadOptions extends Omit<DeadWords, 'id'> {
  config: string;
  limit?: number;
  rate?: number;
  yes?: boolean;
  /** Of a retry: all are meant when no filter says which. */
  all?: boolean;
  json?: boolean;
}

const LIMIT = 20;
/** Deliveries that are read at once. */
const PAGE = 200;

/** @returns the exit code */
export function dead(action: Action, ids: string[], options: DeadOptions, shell: Shell): Promise<number> {
  const { config, limit, rate, yes, all, json, ...filter } = options;
  if (limit !== undefined && action !== 'list') throw wrong('--limit is for list');
  if (rate !== undefined && action !== 'retry') throw wrong('--rate is for retry');
  if (yes && action !== 'drop') throw wrong('--yes is for drop');
  if (all && action !== 'retry') throw wrong('--all is for retry');
  const words: DeadWords = { ...filter, ...(ids.length > 0 && { id: ids }) };
  return withOperate(config, `longshore dead ${action}`, shell, async (operate) => {
    if (action === 'list') return list(operate, words, limit ?? LIMIT, json, shell);
    if (action === 'show') return show(operate, words, json, shell);
    if (action === 'retry') return retry(operate, words, { rate, all, json }, shell);
    return drop(operate, words, yes, json, shell);
  });
}

const deliveries = (count: number): string => counted(count, 'dead delivery', 'dead deliveries');

const wrong = (message: string): LongshoreError => new LongshoreError('REQUEST_INVALID', message);

async function list(
  operate: Operate,
  words: DeadWords,
  limit: number,
  json: boolean | undefined,
  shell: Shell,
) {
  let shown = 0;
  let after: string | undefined;
  do {
    const page = await operate.dead(words, { limit: Math.min(PAGE, limit - shown), ...(after && { after }) });
    for (const letter of page.items) {
      if (json) shell.print(JSON.stringify(deadAnswer(letter)));
      else for (const line of row(letter)) shell.print(line);
    }
    shown += page.items.length;
    after = page.next;
  } while (after && shown < limit);
  if (json) return 0;
  if (shown === 0) shell.print('No dead delivery matches.');
  else
    shell.print(
      `${counted(shown, 'delivery', 'deliveries')}${after ? '; there may be more: --limit, or a filter' : ''}`,
    );
  return 0;
}

async function show(
  operate: Operate,
  words: DeadWords,
  json: boolean | undefined,
  shell: Shell,
): Promise<number> {
  const ids = [words.id ?? []].flat();
  if (ids.length === 0) throw wrong('show wants the id of a delivery; `longshore dead list` has them');
  for (const [n, id] of ids.entries()) {
    const letter = await operate.deadOne(id);
    if (json) shell.print(JSON.stringify(deadAnswer(letter)));
    else for (const line of [...(n > 0 ? ['', ''] : []), ...inFull(letter)]) shell.print(line);
  }
  return 0;
}

async function retry(
  operate: Operate,
  words: DeadWords,
  { rate, all, json }: Pick<DeadOptions, 'rate' | 'all' | 'json'>,
  shell: Shell,
) {
  const isAll = Object.values(words).every((word) => word === undefined);
  if (isAll && !all) {
    const question = `No filter is given. Retry ${deliveries(await operate.countDead(words))} of every endpoint?`;
    if (!(await confirmed(question, false, '--all, or a filter'))) {
      shell.print('Nothing was retried.');
      return 1;
    }
  }
  for (const { endpoint, why } of await operate.held(words)) shell.warn(`longshore: ${endpoint}: ${why}`);
  const result = await bulk('retried', shell, (settings) =>
    operate.retryDead(words, { ...settings, ...(rate !== undefined && { rate }) }),
  );
  return report('retried', result, json, shell);
}

async function drop(
  operate: Operate,
  words: DeadWords,
  yes: boolean | undefined,
  json: boolean | undefined,
  shell: Shell,
) {
  const count = await operate.countDead(words);
  const question = `Drop ${deliveries(count)}? They are deleted and cannot be restored.`;
  if (!(await confirmed(question, yes || count === 0))) {
    shell.print('Nothing was dropped.');
    return 1;
  }
  return report(
    'dropped',
    await bulk('dropped', shell, (settings) => operate.dropDead(words, settings)),
    json,
    shell,
  );
}

async function bulk(
  did: string,
  shell: Shell,
  act: (
    settings: Pick<Parameters<Operate['dropDead']>[1] & object, 'signal' | 'onProgress'>,
  ) => Promise<BulkResult>,
): Promise<BulkResult> {
  const progress = openProgress(did, shell);
  let done = 0;
  try {
    return await untilInterrupted((signal) =>
      act({
        signal,
        onProgress(now) {
          done = now.done;
          progress.show(now);
        },
      }),
    );
  } catch (error) {
    if (done > 0) shell.warn(`longshore: ${done} ${did} before it failed; the same command goes on`);
    throw error;
  } finally {
    progress.end();
  }
}

function report(did: string, result: BulkResult, json: boolean | undefined, shell: Shell): number {
  const { total, looked, done, skipped, stopped } = result;
  const left = Math.max(0, total - looked);
  if (json) shell.print(JSON.stringify({ [did]: done, skipped, left, stopped }));
  else {
    const gone = skipped > 0 ? `, ${skipped} skipped (no longer dead when their turn came)` : '';
    const rest = stopped ? `; stopped, ${left} left to look at: the same command goes on` : '';
    shell.print(`${done} ${did}${gone}${rest}`);
  }
  return stopped ? 1 : 0;
}
