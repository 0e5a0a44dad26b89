/**
 * Processes of 4856ec19 and of this version on one Redis, whichever was upgraded first: `fixtures/README.md` says how
 * the fixture was made. Members that another version has added to what it stores are ignored; only a raised version
 * makes a delivery wait.
 */
import { readFile } from 'node:fs/promises';
import { compact, expand } from '@longshore/event';
import { redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command, jsonLines, looking } from './operator.js';
import { startRelay, workFolder, writeConfig } from './relay.js';

const FIXTURE = new URL('./fixtures/4856ec19.jsonl', import.meta.url);
const ENDPOINTS = ['ok', 'retrying', 'dead'];
const TEN_YEARS = '87600h';
const LENGTH_BYTES = 4;

type Command = [name: string, key: string, ...args: string[]];

/** A member that a later version may add. */
const more = (json: string): string =>
  JSON.stringify({ ...JSON.parse(json), added: { by: 'a later version' } });

/** The data of a job: an object in JSON. */
const withMore = (args: readonly string[]): string[] =>
  args.map((arg, n) => (args[n - 1] === 'data' || args[n - 1] === 'returnvalue' ? more(arg) : arg));

/** Of a body the head, in front of what is delivered. It begins with how many jobs hold it, and its length. */
async function bodyWithMore(stored: string): Promise<string> {
  const data = Buffer.from(stored, 'latin1');
  const text = expand(data.subarray(2 * LENGTH_BYTES), data.readUInt32BE(LENGTH_BYTES));
  const end = text.indexOf('\n');
  const longer = Buffer.from(more(text.slice(0, end)) + text.slice(end));
  const head = Buffer.from(data.subarray(0, 2 * LENGTH_BYTES));
  head.writeUInt32BE(longer.length, LENGTH_BYTES);
  return Buffer.concat([head, await compact(longer)]).toString('latin1');
}

async function asLaterVersion([name, key, ...args]: Command): Promise<Command> {
  if (name === 'SET' && key.includes('{~bodies}')) return [name, key, await bodyWithMore(args[0] ?? '')];
  return [name, key, ...withMore(args)];
}

/** Everything delayed is due, whatever the clock of this machine says. */
const asDue = ([name, key, ...args]: Command): Command =>
  key.endsWith(':delayed')
    ? [name, key, ...args.map((arg, n) => (n % 2 === 0 ? String(n + 1) : arg))]
    : [name, key, ...args];

test.each([
  ['what 4856ec19 stored', async (one: Command) => one],
  ['what a version stored that has added members to jobs and bodies', asLaterVersion],
])(
  '%s is delivered, retried and traced',
  async (_, change) => {
    const [head = '', ...lines] = (await readFile(FIXTURE, 'utf8')).trim().split('\n');
    const { events } = JSON.parse(head) as { events: { id: string }[] };
    const prefix = testPrefix();
    const { client } = await looking(prefix);
    for (const line of lines) {
      const [name, key, ...args] = asDue(await change(JSON.parse(line)));
      await client.call(
        name,
        key.replace(/^longshore:/, `${prefix}:`),
        ...args.map((arg) => Buffer.from(arg, 'latin1')),
      );
    }
    const receiver = await startReceiver();
    const endpoints = ENDPOINTS.map((name) => ({
      name,
      url: `${receiver.url}/${name}`,
      accept: ['event', 'other'],
    }));
    const age = { age: TEN_YEARS };
    const file = await writeConfig(await workFolder(), {
      notifications: { endpoints },
      redis: { url: redisUrl(), prefix },
      retention: { delivered: age, dead: age, trail: age },
    });
    const relay = await startRelay(file, { roles: ['worker'] });
    // Three of each endpoint waited, and three of one were delayed
    await receiver.received(12, AT_LAST);
    const got = (endpoint: string): string[] =>
      receiver.requests
        .filter(({ url }) => url === `/${endpoint}`)
        .map(({ body }) => JSON.parse(body).events[0].id)
        .toSorted();
    const ids = events.map(({ id }) => id);
    expect([got('ok'), got('retrying'), got('dead')]).toEqual([ids.slice(3), ids, ids.slice(3)]);
    const retried = await command(['dead', 'retry', '--all', '--config', file]);
    expect(retried.code).toBe(0);
    await receiver.received(15, AT_LAST);
    expect(got('dead')).toEqual(ids);
    expect(relay.records.filter(({ level }) => level === 'error')).toEqual([]);
    const traced = await command(['trace', 'event-1', '--json', '--config', file]);
    expect(JSON.parse(traced.stdout).trails).toMatchObject([{ eventId: 'event-1', action: 'push' }]);
    expect(jsonLines(await command(['quarantine', 'list', '--json', '--config', file]))).toHaveLength(1);
  },
  120_000,
);
