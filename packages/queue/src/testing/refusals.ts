/** Ways in which a Redis that is there can refuse to be used, each of which a test can begin and end. */
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, type TestRedis } from '@longshore/testkit';

/** One way. */
export interface Refusal {
  /** What Redis answers meanwhile, at least to a write. */
  words: RegExp;
  begin(redis: TestRedis): Promise<unknown>;
  end(redis: TestRedis): Promise<unknown>;
}

/** User and password of the Redis user that the tests take rights from. */
export const APP = { user: 'app', password: 'pw' };

/** Where `APP` connects to. */
export const appUrl = ({ port }: TestRedis): string =>
  `redis://${APP.user}:${APP.password}@127.0.0.1:${port}`;

/** Gives `APP` all rights. */
export const grantAll = (redis: TestRedis): Promise<unknown> =>
  redis.cli('ACL', 'SETUSER', APP.user, 'reset', 'on', `>${APP.password}`, '~*', '&*', '+@all');

const withoutRight = (rule: string): Refusal => ({
  words: /user may not/,
  begin: (redis) => redis.cli('ACL', 'SETUSER', APP.user, `-${rule}`),
  end: (redis) => redis.cli('ACL', 'SETUSER', APP.user, `+${rule}`),
});

const setting = (name: string, bad: string, good: string, words: RegExp): Refusal => ({
  words,
  begin: (redis) => redis.cli('CONFIG', 'SET', name, bad),
  end: (redis) => redis.cli('CONFIG', 'SET', name, good),
});

/** A folder in the place of the snapshot: it cannot be written, not even by root. */
const snapshot = async (redis: TestRedis): Promise<string> => {
  const [, dir = ''] = (await redis.cli('CONFIG', 'GET', 'dir')) as string[];
  return join(dir, 'dump.rdb');
};

const status = async (redis: TestRedis): Promise<string> =>
  /rdb_last_bgsave_status:(\w+)/.exec(String(await redis.cli('INFO', 'persistence')))?.[1] ?? '';

/** By what an operator would call them. */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  'no right to INFO': withoutRight('info'),
  'no right to EVALSHA': withoutRight('evalsha'),
  'no right to LLEN': withoutRight('llen'),
  'no right to anything': withoutRight('@all'),
  'no keys': {
    words: /use keys/,
    begin: (redis) => redis.cli('ACL', 'SETUSER', APP.user, 'resetkeys'),
    end: (redis) => redis.cli('ACL', 'SETUSER', APP.user, '~*'),
  },
  'a replica': {
    words: /replica/,
    begin: (redis) => redis.cli('REPLICAOF', '127.0.0.1', '1'),
    end: (redis) => redis.cli('REPLICAOF', 'NO', 'ONE'),
  },
  'too few replicas': setting('min-replicas-to-write', '1', '0', /min-replicas/),
  'a script that runs on': {
    words: /busy/,
    async begin(redis) {
      await redis.cli('CONFIG', 'SET', 'busy-reply-threshold', '1');
      void redis.cli('EVAL', 'while true do end', '0').catch(() => {}); // it ends when it is killed
      await eventually(
        () => redis.cli('GET', 'x').then(() => false, String),
        (seen) => /BUSY/.test(String(seen)),
      );
    },
    end: (redis) => redis.cli('SCRIPT', 'KILL'),
  },
  'no memory': setting('maxmemory', '1', '0', /maxmemory/),
  'a failed snapshot': {
    words: /snapshot/,
    async begin(redis) {
      await mkdir(await snapshot(redis));
      await redis.cli('CONFIG', 'SET', 'save', '3600 1000000');
      await redis.cli('BGSAVE');
      await eventually(async () => (await status(redis)) === 'err');
    },
    async end(redis) {
      await rmdir(await snapshot(redis));
      await redis.cli('CONFIG', 'SET', 'save', '');
    },
  },
};
