import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connect, type RedisAddress } from './connection.js';
import { refusal } from './refusal.js';
import { diskTrouble, troubleOf } from './trouble.js';

/** Not connected: only what is known of its address counts. */
function clientOf(address: RedisAddress) {
  const client = connect(address, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

const app = () => clientOf({ url: 'redis://app:pw@127.0.0.1:1' });
const AOF = 'MISCONF Errors writing to the AOF file: No space left on device';
const SCRIPT = ' script: 2defdf0000000000000000000000000000000000, on @user_script:611.';

test.each([
  ["NOPERM this user has no permissions to run the 'info' command", 'ACL SETUSER app +info', undefined],
  ["NOPERM User app has no permissions to run the 'info' command", 'ACL SETUSER app +info', undefined],
  [
    "NOPERM this user has no permissions to run the 'client|setname' command",
    'ACL SETUSER app +client|setname',
    undefined,
  ],
  [
    "ERR The user executing the script can't run this command or subcommand script: x, on @user_script:1.",
    'ACL SETUSER app +@all',
    undefined,
  ],
  [
    'NOPERM this user has no permissions to access one of the keys used as arguments',
    'ACL SETUSER app ~',
    undefined,
  ],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'redis.url', undefined],
  ['NOAUTH Authentication required.', 'redis.url', undefined],
  ['LOADING Redis is loading the dataset in memory', 'wait', undefined],
  ["READONLY You can't write against a read only replica.", 'primary', undefined],
  ['MASTERDOWN Link with MASTER is down', 'primary', undefined],
  [AOF, 'disk of Redis is full', 'QUEUE_UNSAFE'],
  [AOF + SCRIPT, 'disk of Redis is full', 'QUEUE_UNSAFE'],
  ['MISCONF Errors writing to the AOF file: Input/output error', 'Input/output error', 'QUEUE_UNSAFE'],
  [
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
    'snapshot',
    'QUEUE_UNSAFE',
  ],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'raise maxmemory', 'QUEUE_FULL'],
  ['BUSY Redis is busy running a script.', 'SCRIPT KILL', undefined],
  ['CLUSTERDOWN Hash slot not served', 'CLUSTER INFO', undefined],
  ['NOREPLICAS Not enough good replicas to write.', 'min-replicas-to-write', undefined],
  ['ERR max number of clients reached', 'maxclients', undefined],
  ['Command timed out', 'did not answer in time', undefined],
])('%s: the cause and the next step', (message, words, code = 'QUEUE_UNAVAILABLE') => {
  const error = refusal(new Error(message), app());
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
  expect(error.message).not.toMatch(/script:|@user_script|Redis is unavailable/);
});

test.each([
  ["NOPERM User app has no permissions to run the 'info' command", 'this Redis user may not use INFO'],
  [AOF, 'the disk of Redis is full, so it refuses writes'],
  ['MISCONF Errors writing to the AOF file: /data: I/O error', 'Redis cannot write its append-only file'],
  ['connect ECONNREFUSED 10.0.0.5:6379', 'Redis is unavailable'],
])('%s: the sender reads neither user nor folder nor address', (message, words) => {
  const { outside } = refusal(
    new Error(message),
    clientOf({ url: 'redis://app:pw@127.0.0.1:1', folder: '/data' }),
  );
  expect(outside).toMatch(new RegExp(`^${words}.*; send the same request again$`));
  expect(outside).not.toMatch(/\bapp\b|\/data|10\.0\.0\.5/);
});

test('an error that says nothing about Redis is no trouble of Redis', () => {
  expect(troubleOf(new Error('Missing lock for job 1. moveToFinished'), app())).toBeUndefined();
});

test('what a cluster’s node answered counts', () => {
  const error = Object.assign(new Error('Failed'), { lastNodeError: new Error('WRONGPASS invalid') });
  expect(troubleOf(error, app())?.cause).toBe('credentials');
});

test('a full disk is named with its folder and its free space', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { message } = refusal(new Error(AOF + SCRIPT), clientOf({ url: 'redis://127.0.0.1:1', folder }));
  expect(message).toContain(folder);
  expect(message).toMatch(/has \d[\d.]* \w+ of \d[\d.]* \w+ free\. Free some space/);
});

test('without the folder the operator learns how to find it', () => {
  expect(diskTrouble('', undefined)).toContain('CONFIG GET dir');
});
