/** Invariants 2 and 3 over random envelopes and settings: every event ends in one place, and the counts add up. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endpointsWith, envelope } from './testing/events.js';
import { type Line, startIngest } from './testing/ingest.js';

const NAMES = ['a', 'b', 'c'];
const word = fc.constantFrom('push', 'pull', 'delete', 'x-dev', 'acme/app', 'a/b', 'sign');

const good = fc
  .record({
    // Few ids: the same event comes again, in one envelope and in later ones.
    id: fc.integer({ min: 1, max: 30 }).map(String),
    action: fc.constantFrom('push', 'pull', 'delete', 'mount', 'sign'),
    target: fc.record({ repository: word, tag: word, mediaType: word }, { requiredKeys: ['repository'] }),
    request: fc.record({ useragent: fc.constantFrom('longshore/0.1.0', 'containers/5.29') }),
  })
  .map((event) => ({ ...event, good: true }));
const bad = fc
  .constantFrom<unknown>(7, null, 'text', [], {}, { action: 'push' }, { action: 1, target: {} })
  .map((event) => ({ bad: event }));
const events = fc.array(fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: bad }), {
  maxLength: 8,
});

const ignore = fc.record({
  actions: fc.array(word, { maxLength: 2 }),
  mediatypes: fc.array(word, { maxLength: 2 }),
  tags: fc.array(fc.constantFrom('*-dev', 'push', '*'), { maxLength: 1 }),
});
const rules = fc.record(
  Object.fromEntries(
    NAMES.map((name) => [
      name,
      fc.record({
        disabled: fc.boolean(),
        accept: fc.constantFrom(['event'], ['event', 'other']),
        collapse: fc.constantFrom('0s', '1h'),
        ownpulls: fc.boolean(),
        ignore,
      }),
    ]),
  ),
);

interface Counts {
  accepted: number;
  enqueued: number;
  duplicates: number;
  ignored: number;
  quarantined: number;
  collapsed?: number;
}

const closing = (lines: Line[]) => lines.filter(({ record }) => record === 'event.received');

test('planned adds up: planned = ignored + enqueued + duplicates + collapsed, and every event is taken or quarantined', {
  timeout: 120_000,
}, async () => {
  const ingest = await startIngest();
  let stored = 0;
  const property = fc.asyncProperty(rules, events, async (endpoints, sent) => {
    await ingest.apply(endpointsWith(endpoints));
    const body = envelope(...sent.map((event) => ('bad' in event ? event.bad : event)));
    const enabled = Object.values(endpoints).filter(({ disabled }) => !disabled).length;
    const before = ingest.records().length;

    const { status, json } = await ingest.post(body);
    const counts = json as Counts;
    expect(status).toBe(sent.length === 0 ? 200 : 202);
    expect(counts.accepted + counts.quarantined).toBe(sent.length);
    expect(counts.quarantined).toBe(sent.filter((event) => 'bad' in event).length);
    const { collapsed = 0 } = counts;
    expect(counts.ignored + counts.enqueued + counts.duplicates + collapsed).toBe(counts.accepted * enabled);

    // Durable is what was counted as enqueued, no more and no less.
    stored += counts.enqueued;
    const queued = await Promise.all(NAMES.map((name) => ingest.inspector.counts(name)));
    expect(queued.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(stored);

    // One closing record with the same numbers, and one for each event that was not taken.
    const records = ingest.records().slice(before);
    const { accepted, enqueued, duplicates, ignored, quarantined } = counts;
    const reported = expect.objectContaining({
      ...{ accepted, enqueued, duplicates, ignored },
      ...(collapsed > 0 && { collapsed }),
    });
    expect(closing(records)).toEqual(accepted > 0 || quarantined === 0 ? [reported] : []);
    expect(records.filter(({ record }) => record === 'event.quarantined')).toHaveLength(quarantined);
    expect(records.filter(({ record }) => record === 'delivery.ignored')).toHaveLength(ignored);

    expect(records.filter(({ record }) => record === 'delivery.collapsed')).toHaveLength(collapsed);

    // The same again is known, every delivery that was made; what was collapsed is so again, or made now because
    // what follows it in the request came between. Nothing is made that was there.
    const again = (await ingest.post(body)).json as Counts;
    expect(again).toMatchObject({ accepted, ignored, quarantined });
    expect(again.duplicates).toBeGreaterThanOrEqual(enqueued + duplicates);
    expect(again.enqueued + again.duplicates + (again.collapsed ?? 0)).toBe(
      enqueued + duplicates + collapsed,
    );
    stored += again.enqueued;
  });
  await fc.assert(property, { numRuns: 60 });
});
