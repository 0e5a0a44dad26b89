/**
 * Why Redis refuses, in words that name the cause and the next step. One place, so that the answer of ingest,
 * `/readyz` and the log say the same about the same error, and none of them shows Redis' internals.
 */
import { statfsSync } from 'node:fs';
import { type ErrorCode, formatSize } from '@longshore/event';
import { type ClientFacts, factsOf, type RedisClient } from './connection.js';

/** Something that keeps Redis from being used. */
export interface Trouble {
  /** The same for the same kind of trouble, whatever numbers are in the message. */
  cause: string;
  code: Extract<ErrorCode, 'QUEUE_UNAVAILABLE' | 'QUEUE_UNSAFE' | 'QUEUE_FULL'>;
  /** One line, without a full stop: what is wrong, and after a semicolon what to do. Holds no secret. */
  message: string;
}

/**
 * What a sender may read of a message about Redis: what is wrong. What to do, with names of users and folders, and
 * the system's words are for the operator, who finds them in the log.
 */
export function outsideOf(message: string): string {
  const [from, to] = [message.indexOf(' ('), message.lastIndexOf(')')];
  const plain = from >= 0 && to > from ? message.slice(0, from) + message.slice(to + 1) : message;
  const [what] = plain.split(';', 1);
  return `${what}; send the same request again`;
}

type Row = readonly [
  pattern: RegExp,
  cause: string,
  words: (match: RegExpExecArray, facts: ClientFacts) => string,
  code?: Trouble['code'],
];

const rows: readonly Row[] = [
  [
    /sentinels are unreachable.*(NOAUTH|WRONGPASS|NOPERM)/,
    'sentinels',
    () =>
      'a Sentinel refuses the password; write redis://USER:PASSWORD@HOST:26379 into redis.sentinels and restart',
  ],
  [
    /No such master with that name/,
    'sentinels',
    () => 'the Sentinels know no primary of this name; correct redis.master, or look at SENTINEL MASTERS',
  ],
  [
    /sentinels are unreachable/,
    'sentinels',
    () => 'no Sentinel answers; look at redis.sentinels and at the Sentinels',
  ],
  [/NOPERM.*'info(?:\||')/, 'info', (_, { user }) => missingRight('use INFO', user, '+info')],
  [
    /NOPERM.*'([\w|-]+)'/,
    'command',
    ([, command = ''], { user }) => missingRight(`use ${command.toUpperCase()}`, user, `+${command}`),
  ],
  [
    /can't run this command|ACL failure in script/,
    'command',
    (_, { user }) =>
      missingRight("run a command of Longshore's scripts", user, '+@all -@dangerous -@admin +info'),
  ],
  [
    /NOPERM.*keys?\b|can't access at least one of the keys/,
    'keys',
    (_, { user }) => missingRight('use keys that begin with redis.prefix', user, '~PREFIX:*'),
  ],
  [/NOPERM/, 'command', (_, { user }) => missingRight('do this', user, '+@all -@dangerous -@admin +info')],
  [
    /WRONGPASS|invalid password/i,
    'credentials',
    (_, { setting }) =>
      `Redis refuses the user name or the password; correct the credentials in ${passwordIn(setting)} and restart`,
  ],
  [
    /NOAUTH/,
    'credentials',
    (_, { setting }) => `Redis wants a password; set it in ${passwordIn(setting)} and restart`,
  ],
  [/LOADING/, 'loading', () => 'Redis is reading its data back; wait'],
  [
    /READONLY|MASTERDOWN/,
    'replica',
    (_, { setting }) => `this Redis is a replica and takes no writes; ${primaryIn(setting)}`,
  ],
  [
    /MISCONF.*\bAOF\b[^:]*:?([^:,]*)/,
    'disk',
    ([, reason = ''], { folder }) => diskTrouble(reason.replace(/ script$/, ''), folder),
    'QUEUE_UNSAFE',
  ],
  [
    /MISCONF/,
    'snapshot',
    (_, { folder }) =>
      `Redis refuses writes because its last snapshot failed; ${placeOf(folder)}. Free space or correct the folder's rights, then run BGSAVE`,
    'QUEUE_UNSAFE',
  ],
  [/\bOOM\b/, 'full', () => 'Redis has reached its maxmemory; add workers, or raise maxmemory', 'QUEUE_FULL'],
  [
    /\bBUSY\b/,
    'busy',
    () => 'Redis is busy with a script of another client; wait, or end it with SCRIPT KILL',
  ],
  [
    /CLUSTERDOWN|Failed to refresh slots|None of startup nodes/,
    'cluster',
    () => 'the Redis Cluster is down or has slots without a master; look at CLUSTER INFO',
  ],
  [
    /NOREPLICAS/,
    'replicas',
    () => 'Redis has too few replicas to take writes (min-replicas-to-write); look at its replicas',
  ],
  [
    /max number of clients/,
    'clients',
    () => 'Redis has reached its maxclients; raise it, or close connections of other clients',
  ],
  [
    /Command timed out|is silent/,
    'slow',
    () => 'Redis did not answer in time: it hangs, or it or this machine is overloaded',
  ],
];

/** Characters of an error that are looked at: Redis' own lines are short. */
const LONGEST = 500;

/** What an error of Redis means; undefined for one that says nothing about Redis' state. */
export function troubleOf(error: unknown, client: RedisClient): Trouble | undefined {
  const { lastNodeError } = (error ?? {}) as { lastNodeError?: unknown };
  if (lastNodeError) return troubleOf(lastNodeError, client);
  const message = (error instanceof Error ? error.message : String(error)).slice(0, LONGEST);
  for (const [pattern, cause, words, code = 'QUEUE_UNAVAILABLE'] of rows) {
    const match = pattern.exec(message);
    if (match) return { cause, code, message: words(match, factsOf(client)) };
  }
  return undefined;
}

/** Redis cannot write its append-only file. @param reason the system's words, when Redis has them */
export function diskTrouble(reason: string, folder: string | undefined): string {
  const space = spaceOf(folder);
  const full = /No space left|quota/i.test(reason) || (space !== undefined && space.free < ONE_MEGABYTE);
  const what = full
    ? 'the disk of Redis is full, so it refuses writes'
    : `Redis cannot write its append-only file${reason && ` (${reason.trim()})`} and refuses writes`;
  const next = full ? 'Free some space' : 'Look at that disk';
  return `${what}; ${placeOf(folder)}. ${next}: Redis takes writes again by itself`;
}

function missingRight(what: string, user: string, rule: string): string {
  return `this Redis user may not ${what}; grant it: ACL SETUSER ${user} ${rule}`;
}

const passwordIn = (setting: string): string => (setting === 'redis.sentinels' ? 'redis.password' : setting);

const primaryIn = (setting: string): string =>
  setting === 'redis.url'
    ? 'point redis.url at the primary'
    : 'wait for the failover to end; Longshore connects to the new primary by itself';

const ONE_MEGABYTE = 2 ** 20;

function spaceOf(folder: string | undefined): { free: number; total: number } | undefined {
  if (folder === undefined) return undefined;
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return undefined; // the folder is gone, or the file system does not tell: the message has its path
  }
}

function placeOf(folder: string | undefined): string {
  if (folder === undefined) return '`redis-cli CONFIG GET dir` names its folder';
  const space = spaceOf(folder);
  if (!space) return `its folder is ${folder}`;
  return `${folder} has ${formatSize(space.free)} of ${formatSize(space.total)} free`;
}
