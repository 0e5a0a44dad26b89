/** What a restart causes. */
import type { CoveredSpan } from '@longshore/archive/reconcile';
import type { RegistrySettings } from '@longshore/config';
import type { ReconcileDue } from '@longshore/queue/reconcile';
import { expect, test } from 'vitest';
import { observed } from '../testing/parts.js';
import { watchRestarts } from './watch.js';

const MINUTE = 60_000;

/** Of a registry that was compared so long ago. */
async function restarted(ago: number, againIn?: number) {
  const now = Date.now();
  const spans: CoveredSpan[] = [];
  let due: ReconcileDue = { ranAt: now - ago, failures: 0, ...(againIn && { againAt: now + againIn }) };
  const sender = (instance: string, at: number, known: boolean) => ({
    ...{ id: instance, addr: 'registry:5000', instance, firstAt: at, lastAt: at, known },
  });
  const senders = [sender('one', now - 5_000, true), sender('two', now, false)];
  const noted: string[] = [];
  await watchRestarts(
    {
      store: { sourceId: async () => 1, doubt: async (_, span) => void spans.push(span) },
      memory: {
        due: async () => due,
        async setDue(_, next) {
          due = next;
        },
        counters: async () => undefined,
        setCounters: async () => {},
      },
      received: {
        read: async () => ({ events: 2, senders }),
        note: async (_, ids) => void noted.push(...ids),
      },
      onItsWay: { isSpooled: async () => false },
      ...{ observer: observed().observer, version: '1.0.0', signal: new AbortController().signal },
      open: () => fetch,
    },
    { settings: { source: 'a' } as RegistrySettings, kind: 'distribution' },
  );
  return { spans, noted, minutes: Math.round(((due.againAt ?? 0) - now) / MINUTE) };
}

test('its time is in doubt, and it is compared at once', async () => {
  const { spans, noted, minutes } = await restarted(60 * MINUTE);
  expect(spans).toMatchObject([
    { verdict: 'unknown', note: expect.stringContaining('what it had not sent') },
  ]);
  expect({ noted, minutes }).toEqual({ noted: ['two'], minutes: 0 });
});

test('a comparison that was a moment ago is repeated after 10 minutes, or when it is due anyway', async () => {
  expect((await restarted(MINUTE)).minutes).toBe(9);
  expect((await restarted(MINUTE, 3 * MINUTE)).minutes).toBe(3);
});
