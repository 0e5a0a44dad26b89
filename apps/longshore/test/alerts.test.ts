/** Alerts of the relay as it is run: workers alone, no dashboard. */
import { eventually, startReceiver } from '@longshore/testkit';
import { expect, test, vi } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

// Looked at every 5 s.
vi.setConfig({ testTimeout: 90_000 });

interface Body {
  alert: string;
  state: string;
  /** What to do now. */
  next: string;
}

test('a failing receiver, its dead letters and its recovery are reported to another receiver', async () => {
  const [receiver, oncall] = [await startReceiver({ status: 500 }), await startReceiver()];
  const folder = await workFolder();
  const file = await writeConfig(folder, {
    notifications: {
      endpoints: [{ name: 'one', url: receiver.url, threshold: 2, backoff: '50ms', timeout: '10s' }],
    },
    alerts: [{ name: 'oncall', url: oncall.url, after: '1ms', age: '0s' }],
  });
  const relay = await startRelay(file, { roles: ['ingest', 'worker'] });
  await relay.post(envelope(anEvent()));
  const first = (await oncall.received(2, AT_LAST)).map((request) => request.json<Body>());
  expect(first.map(({ alert, state }) => `${alert} ${state}`).sort()).toEqual([
    'dead firing',
    'failing firing',
  ]);
  const dead = first.find(({ alert }) => alert === 'dead');
  expect(dead).toMatchObject({ endpoint: 'one', details: { dead: 1 } });
  // The next step that it names can be taken.
  const [, words = ''] = /^longshore (dead list --endpoint one);/.exec(dead?.next ?? '') ?? [];
  const listed = await command([...words.split(' '), '--config', file]);
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('http_500') });

  receiver.reply({});
  await relay.post(envelope(anEvent()));
  const [, , over] = await oncall.received(3, AT_LAST);
  expect(over?.json()).toMatchObject({ alert: 'failing', state: 'resolved', summary: 'one delivers again' });
  // What is in flight when the relay stops is delivered by the next one, and recorded there.
  const reported = () => relay.records.filter(({ record }) => record === 'alert.sent');
  await eventually(reported, ({ length }) => length >= 3);
  // An alert is an event: its history has the delivery.
  const published = relay.records.find(({ source, record }) => source === 'longshore' && record);
  const [event] = (published?.events ?? []) as { id: string }[];
  const trace = async () => {
    const { stdout } = await command(['trace', event?.id ?? '', '--json', '--config', file]);
    const { trails } = JSON.parse(stdout) as { trails: { deliveries: object[] }[] };
    return trails[0]?.deliveries ?? [];
  };
  const [delivery] = await eventually(trace, ({ length }) => length > 0);
  expect(delivery).toMatchObject({ endpoint: 'alerts/oncall', state: 'delivered' });
  expect(await relay.stop()).toMatchObject({ code: 0 });
  expect(reported()).toHaveLength(3);
  // Its own url got events and nothing else.
  for (const request of receiver.requests) expect(request.json()).toHaveProperty('events');
});
