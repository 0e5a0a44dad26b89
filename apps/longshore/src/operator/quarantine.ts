/** `longshore quarantine`: what could not be read, on the command line. */
import {
  isCut,
  type Operate,
  type QuarantineWords,
  quarantinedAnswer,
  quarantinedDetailAnswer,
  type Retried,
} from '@longshore/dashboard/operate';
import { LongshoreError } from '@longshore/event';
import type { Quarantined } from '@longshore/queue/operator';
import type { Action } from '../commands/options.js';
import type { Shell } from '../shell.js';
import { moment, TIME_WIDTH } from '../trace/words.js';
import { confirmed } from './confirm.js';
import { untilInterrupted } from './interrupt.js';
import { block, facts, fitted, pretty } from './text.js';
import { withOperate } from './with-operate.js';

export interface QuarantineOptions extends Omit<QuarantineWords, 'id'> {
  config: string;
  limit?: number;
  yes?: boolean;
  json?: boolean;
}

const LIMIT = 20;

/** @returns the exit code */
export function quarantine(
  action: Action,
  ids: string[],
  { config, limit, yes, json, ...filter }: QuarantineOptions,
  shell: Shell,
): Promise<number> {
  if (limit !== undefined && action !== 'list') throw wrong('--limit is for list');
  if (yes && action !== 'drop') throw wrong('--yes is for drop');
  const words: QuarantineWords = { ...filter, ...(ids.length > 0 && { id: ids }) };
  return withOperate(config, `longshore quarantine ${action}`, shell, async (operate) => {
    if (action === 'list') return list(operate, words, limit ?? LIMIT, json, shell);
    if (action === 'show') return show(operate, ids, json, shell);
    if (action === 'retry') return retry(operate, words, json, shell);
    return drop(operate, words, yes, json, shell);
  });
}

const wrong = (message: string): LongshoreError => new LongshoreError('REQUEST_INVALID', message);

const requests = (count: number): string => (count === 1 ? '1 request' : `${count} requests`);

async function list(
  operate: Operate,
  words: QuarantineWords,
  limit: number,
  json: boolean | undefined,
  shell: Shell,
) {
  const { items, next } = await operate.quarantine(words, { limit });
  for (const entry of items) {
    if (json) shell.print(JSON.stringify(quarantinedAnswer(entry)));
    else for (const line of row(entry)) shell.print(line);
  }
  if (json) return 0;
  const more = next ? '; there are more: --limit, or a filter' : '';
  shell.print(items.length === 0 ? 'No request in quarantine matches.' : `${requests(items.length)}${more}`);
  return 0;
}

function row(entry: Quarantined): string[] {
  const { id, source, receivedAt, reason, bytes } = entry;
  const size = `${bytes} bytes${isCut(entry) ? ', cut' : ''}`;
  return [
    `${id}  ${moment(receivedAt).padEnd(TIME_WIDTH)}  ${fitted(source, 18)}`,
    `  ${fitted(size, 22, true)}  ${fitted(reason, 54)}`,
  ];
}

async function show(
  operate: Operate,
  ids: string[],
  json: boolean | undefined,
  shell: Shell,
): Promise<number> {
  if (ids.length === 0) throw wrong('show wants the id of an entry; `longshore quarantine list` has them');
  for (const id of ids) {
    const entry = await operate.quarantined(id);
    const detail = quarantinedDetailAnswer(entry);
    if (json) shell.print(JSON.stringify(detail));
    else for (const line of inFull(detail)) shell.print(line);
  }
  return 0;
}

function inFull(detail: ReturnType<typeof quarantinedDetailAnswer>): string[] {
  const { id, source, kind, reason, receivedAt, path, bytes, cut, body, bodyBase64 = '' } = detail;
  const known = facts([
    ['id', id],
    ['source', `${source} (${kind})`],
    ['received', moment(receivedAt)],
    ['path', path],
    ['reason', reason],
    ['size', `${bytes} bytes${cut ? '; only the first part of it is kept, so it cannot be retried' : ''}`],
  ]);
  return [
    ...known,
    ...(body === undefined ? block('Body, base64', bodyBase64) : block('Body', pretty(body))),
  ];
}

async function retry(
  operate: Operate,
  words: QuarantineWords,
  json: boolean | undefined,
  shell: Shell,
): Promise<number> {
  const outcomes: Retried['outcome'][] = [];
  const stopped = await untilInterrupted(async (signal) => {
    for await (const retried of operate.retryQuarantine(words, signal)) {
      outcomes.push(retried.outcome);
      shell.print(json ? JSON.stringify(retried) : inWords(retried));
    }
    return signal.aborted;
  });
  if (!json && outcomes.length === 0) shell.print('No request in quarantine matches.');
  if (stopped) shell.warn('longshore: stopped; the same command goes on');
  const failed = outcomes.some((outcome) => outcome === 'unreadable' || outcome === 'cut');
  // Ids were named and none of them was there.
  const missing = words.id !== undefined && outcomes.length === 0;
  return failed || missing || stopped ? 1 : 0;
}

function inWords(retried: Retried): string {
  switch (retried.outcome) {
    case 'taken': {
      const { accepted, enqueued, duplicates, ignored } = retried;
      return `${retried.id}  taken ${JSON.stringify({ accepted, enqueued, duplicates, ignored })}`;
    }
    case 'unreadable':
      return `${retried.id}  stays: ${fitted(retried.reason, 1_000)}`;
    case 'cut':
      return `${retried.id}  stays: it had ${retried.bytes} bytes, of which the first 1 MiB is kept; have its sender send it again`;
    case 'gone':
      return `${retried.id}  gone: taken or dropped by somebody else`;
  }
}

async function drop(
  operate: Operate,
  words: QuarantineWords,
  yes: boolean | undefined,
  json: boolean | undefined,
  shell: Shell,
) {
  if (
    !(await confirmed(
      'Drop all requests in quarantine that match? They are deleted and cannot be restored.',
      yes,
    ))
  ) {
    shell.print('Nothing was dropped.');
    return 1;
  }
  const dropped = await operate.dropQuarantine(words);
  shell.print(json ? JSON.stringify({ dropped }) : `${requests(dropped)} dropped`);
  return words.id !== undefined && dropped === 0 ? 1 : 0;
}
