import { expect, test } from 'vitest';
import { aFinding, MINUTE, NOW } from '../testing/alerts.js';
import { decide, givenUp, heard, type Told } from './decide.js';
import type { Finding } from './finding.js';

const WINDOW = 60 * MINUTE;

/** What a receiver is told over time, with every message taken at once: `minute: state`. */
function story(looks: [minute: number, finding: Finding | undefined][], fail = false): string[] {
  let told: Told | undefined;
  const said: string[] = [];
  for (const [minute, finding] of looks) {
    const now = NOW + minute * MINUTE;
    const decision = decide(finding, told, WINDOW, now);
    if (decision.do === 'forget') told = undefined;
    if (decision.do === 'nothing') told = decision.told;
    if (decision.do !== 'tell') continue;
    const { message } = decision;
    said.push(`${minute}: ${message.state}`);
    told = fail ? givenUp(decision.told, message, now) : heard(decision.told, message, finding?.amount, now);
  }
  return said;
}

const fires = aFinding();
const well = aFinding({ firing: false, summary: 'one delivers again' });
const dead = (amount: number) => aFinding({ alert: 'dead', amount });
const noDead = aFinding({ alert: 'dead', firing: false });

test.each<[title: string, looks: [number, Finding | undefined][], said: string[]]>([
  [
    'nothing happens',
    [
      [0, well],
      [1, undefined],
    ],
    [],
  ],
  [
    'what lasts is told once in a window',
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
    'that it is over is told once',
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
    'what came back and is over before the window ends is not told',
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
    'the dead are told again only when more have come',
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
    'the dead that are gone are told once',
    [
      [0, dead(5)],
      [61, noDead],
      [62, noDead],
    ],
    ['0: firing', '61: resolved'],
  ],
])('%s', (_, looks, said) => {
  expect(story(looks)).toEqual(said);
});

test('a message that was given up is sent again in the next window, and its end is not told', () => {
  expect(
    story(
      [
        [0, fires],
        [1, fires],
        [60, fires],
        [61, well],
        [62, well],
      ],
      true,
    ),
  ).toEqual(['0: firing', '60: firing']);
});

test('a message under way is sent again when its time has come, not before', () => {
  const pending = { id: 'm1', state: 'firing' as const, attempts: 2, nextAt: NOW + 500 };
  const told: Told = { since: 1, heard: 'nothing', alert: 'failing', endpoint: 'one', pending };
  expect(decide(fires, told, WINDOW, NOW + 499)).toEqual({ do: 'nothing', told });
  expect(decide(fires, told, WINDOW, NOW + 500)).toMatchObject({ do: 'tell', told: { pending } });
  // It was never heard, so there is nothing to take back.
  expect(decide(well, told, WINDOW, NOW)).toEqual({ do: 'forget' });
});

test('a condition that is back before its end was told goes on', () => {
  const pending = { id: 'm2', state: 'resolved' as const, attempts: 1, nextAt: NOW + 500 };
  const told: Told = { since: 1, heard: 'firing', toldAt: NOW, alert: 'failing', endpoint: 'one', pending };
  expect(decide(well, told, WINDOW, NOW)).toEqual({ do: 'nothing', told });
  expect(decide(fires, told, WINDOW, NOW)).toEqual({ do: 'nothing', told: { ...told, pending: undefined } });
  expect(decide(well, told, WINDOW, NOW + 500)).toMatchObject({
    do: 'tell',
    message: { state: 'resolved', since: 1 },
  });
});
