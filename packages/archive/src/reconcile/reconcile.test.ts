/** Comparing, and what is decided. */
import { describe, expect, test } from 'vitest';
import { compare } from './compare.js';
import { decide } from './decide.js';
import type { Doubt, Finding, KnownTag } from './types.js';

const [A, B] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
const PUSHED = '2026-11-21T06:00:00.000001Z';
const PROVEN = '2026-11-21T07:00:00.000Z';
const LOOKED = '2026-11-21T08:00:00.000Z';
const alive: KnownTag = { digest: A, deleted: false, at: PUSHED };

describe('a tag', () => {
  const found = (there: string | undefined, here: KnownTag | undefined): Finding[] =>
    compare({
      repository: 'acme/app',
      there: new Map(there === undefined ? [] : [['1.0', there]]),
      here: new Map(here ? [['1.0', here]] : []),
      lookedAt: LOOKED,
      provenAt: PROVEN,
    });

  test.each<[string, string | undefined, KnownTag | undefined, string | undefined]>([
    ['that is the same', A, alive, undefined],
    ['that the registry was not asked for', undefined, alive, undefined],
    ['that the archive does not know', A, undefined, 'missing'],
    ['that was only pulled', A, { digest: A, deleted: false }, 'missing'],
    ['that was deleted, and is there again', A, { deleted: true, at: PUSHED }, 'missing'],
    ['that has another digest', B, alive, 'moved'],
    ['whose registry sends no digests', B, { deleted: false, at: PUSHED }, undefined],
    ['that is gone', 'absent', alive, 'deleted'],
    ['that is gone on both sides', 'absent', { deleted: true, at: PUSHED }, undefined],
    ['whose event is newer than the look', B, { ...alive, at: '2026-11-21T08:00:01.000Z' }, undefined],
  ])('%s', (_, there, here, kind) => {
    expect(found(there, here).map((one) => one.kind)).toEqual(kind === undefined ? [] : [kind]);
  });

  test('has as lower bound what is known last', () => {
    expect(found(B, alive)[0]?.since).toBe(PROVEN);
    expect(found(B, { ...alive, at: '2026-11-21T07:30:00.000Z' })[0]?.since).toBe('2026-11-21T07:30:00.000Z');
  });
});

describe('a finding', () => {
  const NOW = Date.parse('2026-11-21T09:00:00Z');
  const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();
  const push: Finding = { repository: 'acme/app', tag: '1.0', kind: 'missing', digest: A, since: LOOKED };
  const gone: Finding = { ...push, kind: 'deleted' };
  const of = (finding: Finding, doubt?: Partial<Doubt>, careful = true) => {
    const doubts = doubt ? [{ ...finding, seenAt: ago(11), ...doubt }] : [];
    const { heal, waiting, healed } = decide([finding], doubts, { careful, now: NOW });
    return heal.length > 0 ? 'heal' : waiting.length > 0 ? 'wait' : healed.length > 0 ? 'healed' : 'none';
  };

  test.each<[string, string, string]>([
    ['a first look waits', of(push), 'wait'],
    ['a second one 11 minutes later is sure', of(push, {}), 'heal'],
    ['a second one 9 minutes later is not', of(push, { seenAt: ago(9) }), 'wait'],
    ['another digest begins again', of(push, { digest: B }), 'wait'],
    ['an operator heals a push at once', of(push, undefined, false), 'heal'],
    ['a delete takes two looks for an operator too', of(gone, undefined, false), 'wait'],
    ['a delete that was seen twice', of(gone, {}, false), 'heal'],
    ['what was healed a moment ago', of(push, { healedAt: ago(1) }, false), 'healed'],
    ['what was healed and is missing again', of(push, { healedAt: ago(61) }), 'heal'],
  ])('%s', (_, is, expected) => expect(is).toBe(expected));

  test('keeps the bounds of the first look', () => {
    const first = { ...push, since: PROVEN, seenAt: ago(11) };
    expect(decide([push], [first], { careful: true, now: NOW }).heal).toEqual([first]);
  });
});
