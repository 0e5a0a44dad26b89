/**
 * An upgrade from 6590107 with what that version left in Redis: `fixtures/README.md` says how it was made. Nothing is
 * lost, each body is delivered as that version would have sent it, and attempts go on where they were.
 */
import { readFile } from 'node:fs/promises';
import type { RedisClient } from '@longshore/queue';
import { createPreheatRuns, createPreheatStore } from '@longshore/queue/preheat';
import { eventually, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { command, jsonLines, looking } from './operator.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

const FIXTURE = new URL('./fixtures/6590107.jsonl', import.meta.url);
const ENDPOINTS = ['ok', 'retrying', 'dead'];
const TEN_YEARS = '87600h';
const LONG_MS = 180_000;

type Command = [name: string, key: string, ...args: string[]];

/** What was left of one endpoint, as far as it is to be delivered. */
interface Left {
  /** Bodies of what waits, in the order of their text. */
  waiting: string[];
  /** Bodies of what failed once and waits for its second attempt. */
  delayed: string[];
  dead: string[];
}

async function fixture(): Promise<Command[]> {
  const lines = (await readFile(FIXTURE, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** Everything delayed is due, whatever the clock of this machine says. */
async function restore(commands: readonly Command[], client: RedisClient, prefix: string): Promise<void> {
  for (const [name, key, ...args] of commands) {
    const due = key.endsWith(':delayed') ? args.map((arg, n) => (n % 2 === 0 ? String(n + 1) : arg)) : args;
    const values = due.map((arg) => Buffer.from(arg, 'latin1'));
    await client.call(name, key.replace(/^longshore:/, `${prefix}:`), ...values);
  }
}

function leftOf(commands: readonly Command[], endpoint: string): Left {
  const argsOf = (part: string): string[] =>
    commands.find(([, key]) => key === `longshore:{${endpoint}}:${part}`)?.slice(2) ?? [];
  const bodyOf = (id: string): string => {
    const fields = argsOf(id);
    const { payload } = JSON.parse(
      Buffer.from(fields[fields.indexOf('data') + 1] ?? '', 'latin1').toString(),
    );
    return `{"events":[${payload.text ?? JSON.stringify(payload.event)}]}`;
  };
  const members = (part: string): string[] => argsOf(part).filter((_, n) => n % 2 === 1);
  return {
    waiting: argsOf('wait').map(bodyOf).sort(),
    delayed: members('delayed').map(bodyOf).sort(),
    dead: members('failed').map(bodyOf).sort(),
  };
}

async function upgraded() {
  const prefix = testPrefix();
  const { client } = await looking(prefix);
  const commands = await fixture();
  await restore(commands, client, prefix);
  const receiver = await startReceiver();
  const endpoints = ENDPOINTS.map((name) => ({
    name,
    url: `${receiver.url}/${name}`,
    accept: ['event', 'other'],
    timeout: '10s',
  }));
  const age = { age: TEN_YEARS };
  const file = await writeConfig(await workFolder(), {
    notifications: { endpoints },
    redis: { url: redisUrl(), prefix },
    retention: { delivered: age, dead: age, trail: age },
  });
  const got = (endpoint: string): string[] =>
    receiver.requests
      .filter(({ url }) => url === `/${endpoint}`)
      .map(({ body }) => body)
      .sort();
  return { prefix, client, commands, receiver, file, got };
}

test(
  'what 6590107 left waiting and delayed is delivered with the attempts that it had, and what is dead is retried',
  async () => {
    const { commands, receiver, file, got } = await upgraded();
    const [ok, retrying, dead] = ENDPOINTS.map((name) => leftOf(commands, name));
    expect([ok?.waiting, retrying?.waiting, retrying?.delayed, dead?.waiting, dead?.dead]).toMatchObject(
      [6, 6, 6, 7, 4].map((length) => ({ length })),
    );
    const relay = await startRelay(file);

    await receiver.received(25);
    expect(got('ok')).toEqual(ok?.waiting);
    expect(got('retrying')).toEqual([...(retrying?.waiting ?? []), ...(retrying?.delayed ?? [])].sort());
    expect(got('dead')).toEqual(dead?.waiting);
    const attempted = () => relay.records.filter(({ record }) => record === 'delivery.attempted');
    await eventually(
      () => attempted().length,
      (count) => count === 25,
    );
    // One failed attempt was made before the upgrade, and it counts.
    expect(attempted().filter(({ attempt }) => attempt === 2)).toHaveLength(6);
    expect(attempted().filter(({ attempt }) => attempt === 1)).toHaveLength(19);

    // The notes of commands that ran before the upgrade are recorded.
    await relay.waitFor('delivery.replayed');
    await relay.waitFor(({ record, outcome }) => record === 'delivery.settled' && outcome === 'dropped');

    const listed = jsonLines(await command(['dead', 'list', '--json', '--config', file]));
    expect(listed.map(({ reason, attempts }) => [reason, attempts])).toEqual(Array(4).fill(['http_410', 1]));
    const shown = jsonLines(await command(['dead', 'show', listed[0].id, '--json', '--config', file]));
    expect(shown).toMatchObject([{ id: listed[0].id, payload: { action: expect.any(String) } }]);
    const retried = await command(['dead', 'retry', '--all', '--config', file]);
    expect(retried.code).toBe(0);
    await receiver.received(29);
    expect(got('dead')).toEqual([...(dead?.waiting ?? []), ...(dead?.dead ?? [])].sort());
  },
  LONG_MS,
);

test(
  'what 6590107 quarantined is retried, and what it delivered is known and traced',
  async () => {
    const { receiver, file } = await upgraded();
    const relay = await startRelay(file);
    await receiver.received(25);

    const opened = jsonLines(await command(['quarantine', 'retry', '--json', '--config', file]));
    expect(opened).toEqual([
      expect.objectContaining({ outcome: 'unreadable' }),
      expect.objectContaining({ outcome: 'taken', accepted: 1, enqueued: 3 }),
    ]);
    await receiver.received(28);

    const again = await relay.post(envelope(anEvent({ id: 'first' })));
    expect(await again.json()).toMatchObject({ enqueued: 0, duplicates: 3 });
    const traced = await command(['trace', 'first', '--json', '--config', file]);
    const { trails } = JSON.parse(traced.stdout);
    expect(trails).toMatchObject([{ eventId: 'first', action: 'push', repository: 'acme/app' }]);
    const steps: { step: string; endpoint?: string }[] = trails[0].steps;
    expect(steps.filter(({ step }) => step === 'attempted').map(({ endpoint }) => endpoint)).toEqual(
      expect.arrayContaining(ENDPOINTS),
    );
  },
  LONG_MS,
);

test('what 6590107 remembered of a preheat is read', async () => {
  const { client, prefix } = await upgraded();
  const runs = await createPreheatRuns(client, prefix).list('warm');
  expect(runs).toMatchObject([{ id: 'run', result: 'succeeded', parts: [{ target: 'mirror' }] }]);
  const hour = () => 3_600_000;
  const store = createPreheatStore({ client, prefix, endpoint: 'warm', keep: hour, window: hour });
  const known = await store.known('registry/acme/app@sha256:ab');
  expect(known.walk).toContain('"policy":"p"');
  expect([...known.parts.keys()]).toEqual(['mirror\npart']);
  expect(await store.isWarm('mirror', 'part')).toBe(true);
});
