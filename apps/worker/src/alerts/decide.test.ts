import { expect, test } from 'vitest';
import { aFinding, MINUTE, NOW } from '../testing/alerts.js';
import { type DeliveryResult, decide, settled } from './decide.js';
import type { Finding } from './finding.js';
import { type NotificationState, stateFrom } from './state.js';

const WINDOW = 60 * MINUTE;
const DELIVERED: DeliveryResult = { ended: 'delivered', attempted: true };
const ignoredAfter = (attempted: boolean): DeliveryResult => ({ ended: 'ignored', attempted });

/** The messages to a receiver over time, each delivered, or not, before the next check: `minute: state`. */
function story(checks: [minute: number, finding: Finding | undefined][], result: DeliveryResult = DELIVERED) {
  let state: NotificationState | undefined;
  const sent: string[] = [];
  for (const [minute, finding] of checks) {
    const now = NOW + minute * MINUTE;
    const decision = decide(finding, state, WINDOW, now);
    state = decision.state;
    const { message } = decision;
    if (!state || !message) continue;
    sent.push(`${minute}: ${message.state}`);
    const pending = { id: 'm', state: message.state, amount: message.finding.amount, queued: true };
    state = settled({ ...state, pending }, result, now);
  }
  return sent;
}

const fires = aFinding();
const well = aFinding({ firing: false, summary: 'one delivers again' });
const dead = (amount: number) => aFinding({ alert: 'dead', amount });
const noDead = aFinding({ alert: 'dead', firing: false });

test.each<[title: string, checks: [number, Finding | undefined][], sent: string[]]>([
  [
    'nothing happens',
    [
      [0, well],
      [1, undefined],
    ],
    [],
  ],
  [
    'what lasts is sent once in a window',
    [
      [0, fires],
      [1, fires],
      [59, fires],
      [60, fires],
      [61, fires],
    ],
    ['0: firing', '60: firing'],
  ],
  [
    'that it is over is sent once',
    [
      [0, fires],
      [1, well],
      [2, well],
    ],
    ['0: firing', '1: resolved'],
  ],
  [
    'what flaps costs two messages in a window',
    [
      [0, fires],
      [1, well],
      [2, fires],
      [3, well],
      [4, fires],
      [60, fires],
    ],
    ['0: firing', '1: resolved', '60: firing'],
  ],
  [
    'what came back and is over before the window ends is not sent',
    [
      [0, fires],
      [1, well],
      [2, fires],
      [59, well],
      [61, well],
    ],
    ['0: firing', '1: resolved'],
  ],
  [
    'after a quiet window it is new',
    [
      [0, fires],
      [1, well],
      [70, well],
      [71, fires],
    ],
    ['0: firing', '1: resolved', '71: firing'],
  ],
  [
    'an endpoint that left the configuration is resolved',
    [
      [0, fires],
      [1, undefined],
      [2, undefined],
    ],
    ['0: firing', '1: resolved'],
  ],
  [
    'the dead are sent again only when more have come',
    [
      [0, dead(5)],
      [60, dead(5)],
      [120, dead(6)],
      [121, dead(7)],
      [180, dead(7)],
    ],
    ['0: firing', '120: firing', '180: firing'],
  ],
  [
    'fewer than before: from there on more is more',
    [
      [0, dead(5)],
      [60, dead(2)],
      [61, dead(4)],
    ],
    ['0: firing', '61: firing'],
  ],
  [
    'that no dead are left is sent once',
    [
      [0, dead(5)],
      [61, noDead],
      [62, noDead],
    ],
    ['0: firing', '61: resolved'],
  ],
])('%s', (_, checks, sent) => {
  expect(story(checks)).toEqual(sent);
});

test.each<[title: string, attempted: boolean, end: string[]]>([
  ['and its end is sent: the receiver may have got it', true, ['61: resolved']],
  ['and without an attempt its end is not sent', false, []],
])('a dead-lettered message is sent again in the next window, %s', (_, attempted, end) => {
  const checks: [number, Finding | undefined][] = [
    [0, fires],
    [1, fires],
    [60, fires],
    [61, well],
    [62, well],
  ];
  expect(story(checks, { ended: 'dead', attempted })).toEqual(['0: firing', '60: firing', ...end]);
});

test('a dead-lettered message about the dead is sent again in the next window, also when there are no more', () => {
  const checks: [number, Finding | undefined][] = [
    [0, dead(5)],
    [59, dead(5)],
    [60, dead(5)],
  ];
  expect(story(checks, { ended: 'dead', attempted: true })).toEqual(['0: firing', '60: firing']);
});

const waiting = (state: 'firing' | 'resolved', more: object = {}): NotificationState => ({
  since: 1,
  notified: state === 'firing' ? 'nothing' : 'firing',
  ...(state === 'resolved' && { notifiedAt: NOW }),
  pending: { id: 'm1', state, queued: true, ...more },
  alert: 'failing',
  endpoint: 'one',
});

test('a message that is being delivered is not sent again, unless it may not be in the queue', () => {
  const state = waiting('firing');
  expect(decide(fires, state, WINDOW, NOW)).toEqual({ state });
  const unsure = waiting('firing', { queued: undefined });
  expect(decide(fires, unsure, WINDOW, NOW)).toMatchObject({
    state: { pending: { id: 'm1' } },
    message: { state: 'firing' },
  });
});

test('a message is out of date when its condition is over, and right again when it is back', () => {
  const outdated = waiting('firing', { outdated: true });
  expect(decide(well, waiting('firing'), WINDOW, NOW)).toEqual({ state: outdated });
  expect(decide(well, outdated, WINDOW, NOW)).toEqual({ state: outdated });
  expect(decide(fires, outdated, WINDOW, NOW)).toEqual({ state: waiting('firing') });
  // It was not delivered, so there is nothing to take back.
  const ignored = settled(outdated, ignoredAfter(false), NOW);
  expect(ignored).toEqual({ ...waiting('firing'), pending: undefined });
  expect(decide(well, ignored, WINDOW, NOW)).toEqual({});
  // It was delivered in the meantime, so its end is.
  const delivered = settled(outdated, DELIVERED, NOW);
  expect(decide(well, delivered, WINDOW, NOW)).toMatchObject({ message: { state: 'resolved' } });
});

test('a condition that is back before its end was sent continues', () => {
  const state = waiting('resolved');
  expect(decide(well, state, WINDOW, NOW)).toEqual({ state });
  const outdated = waiting('resolved', { outdated: true });
  expect(decide(fires, state, WINDOW, NOW)).toEqual({ state: outdated });
  const continued = settled(outdated, ignoredAfter(false), NOW);
  expect(decide(well, continued, WINDOW, NOW)).toMatchObject({ message: { state: 'resolved', since: 1 } });
});

test('a message that was attempted and then ignored may have been received, so its end is sent', () => {
  const ignored = settled(waiting('firing', { outdated: true }), ignoredAfter(true), NOW);
  expect(decide(well, ignored, WINDOW, NOW)).toMatchObject({ message: { state: 'resolved' } });
  // Nothing accepted it: a condition that is back by then is sent at once.
  expect(decide(fires, ignored, WINDOW, NOW)).toMatchObject({ message: { state: 'firing' } });
});

test('a message that was ignored is sent again when its condition changed back in that moment', () => {
  const firing = settled(waiting('firing'), ignoredAfter(false), NOW);
  expect(decide(fires, firing, WINDOW, NOW)).toMatchObject({ message: { state: 'firing' } });
  const resolved = settled(waiting('resolved'), ignoredAfter(false), NOW);
  expect(decide(well, resolved, WINDOW, NOW)).toMatchObject({ message: { state: 'resolved' } });
});

test('a receiver that may show that it is over is notified in the next window, also when there is no more', () => {
  const state = { ...waiting('resolved', { outdated: true }), alert: 'dead' as const, amount: 5 };
  const continued = settled(state, ignoredAfter(true), NOW);
  const back = decide(dead(3), continued, WINDOW, NOW + 1).state;
  expect(decide(dead(3), back, WINDOW, NOW + WINDOW)).toMatchObject({ message: { state: 'firing' } });
  expect(decide(noDead, back, WINDOW, NOW + 2)).toMatchObject({ message: { state: 'resolved' } });
});

test('what the first version remembered is read, with the message that it was sending', () => {
  const pending = { id: 'm2', state: 'firing', attempts: 2, nextAt: NOW };
  const stored = {
    since: 1,
    toldAt: NOW,
    heard: 'firing',
    amount: 3,
    pending,
    alert: 'dead',
    endpoint: 'one',
  };
  expect(stateFrom(stored)).toEqual({
    since: 1,
    notifiedAt: NOW,
    notified: 'firing',
    amount: 3,
    pending: { id: 'm2', state: 'firing' },
    alert: 'dead',
    endpoint: 'one',
  });
  expect(stateFrom({ since: 'yesterday' })).toBeUndefined();
});
