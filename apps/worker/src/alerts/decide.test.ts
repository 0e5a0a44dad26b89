import { expect, test } from 'vitest';
import { aFinding, MINUTE, NOW } from '../testing/alerts.js';
import { type DeliveryResult, decide, settled } from './decide.js';
import type { Finding } from './finding.js';
import { type NotificationState, stateFrom } from './state.js';

const WINDOW = 60 * MINUTE;

/** The messages to a receiver over time, each delivered, or not, before the next check: `minute: state`. */
function story(
  checks: [minute: number, finding: Finding | undefined][],
  result: DeliveryResult = 'delivered',
) {
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

test.each(['dead', 'ignored'] as const)(
  'a message whose delivery is %s is sent again in the next window, and its end is not sent',
  (result) => {
    const checks: [number, Finding | undefined][] = [
      [0, fires],
      [1, fires],
      [60, fires],
      [61, well],
      [62, well],
    ];
    expect(story(checks, result)).toEqual(['0: firing', '60: firing']);
  },
);

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
  const ignored = settled(outdated, 'ignored', NOW);
  expect(ignored).toEqual({ ...waiting('firing'), pending: undefined });
  expect(decide(well, ignored, WINDOW, NOW)).toEqual({});
  // It was delivered in the meantime, so its end is.
  const delivered = settled(outdated, 'delivered', NOW);
  expect(decide(well, delivered, WINDOW, NOW)).toMatchObject({ message: { state: 'resolved' } });
});

test('a condition that is back before its end was sent continues', () => {
  const state = waiting('resolved');
  expect(decide(well, state, WINDOW, NOW)).toEqual({ state });
  const outdated = waiting('resolved', { outdated: true });
  expect(decide(fires, state, WINDOW, NOW)).toEqual({ state: outdated });
  const continued = settled(outdated, 'ignored', NOW);
  expect(decide(well, continued, WINDOW, NOW)).toMatchObject({ message: { state: 'resolved', since: 1 } });
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
