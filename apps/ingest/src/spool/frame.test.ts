import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FILE_HEAD, frame, isBoundary, type Piece, piecesOf } from './frame.js';

const fileOf = (...payloads: Buffer[]): Buffer => Buffer.concat([FILE_HEAD, ...payloads.map(frame)]);

const pieces = (file: Buffer): Piece[] => [...piecesOf(file)];

const texts = (file: Buffer): string[] =>
  pieces(file).flatMap((piece) => (piece.kind === 'record' ? [piece.payload.toString('latin1')] : []));

/** Short payloads, some of which look like records themselves. */
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(frame(Buffer.from('inner'))),
  fc.constant(Buffer.alloc(30)),
);
const payloads = fc.array(payload, { minLength: 1, maxLength: 6 });

/** Every byte is in exactly one piece, in order. */
function expectWhole(file: Buffer, found: readonly Piece[]): void {
  let at = found[0]?.start ?? file.length;
  expect([0, FILE_HEAD.length]).toContain(Math.min(at, FILE_HEAD.length));
  for (const { start, end } of found) {
    expect([start, end > start]).toEqual([at, true]);
    at = end;
  }
  expect(at).toBe(file.length);
}

test('what is written is read', () => {
  fc.assert(
    fc.property(payloads, (all) => {
      expect(texts(fileOf(...all))).toEqual(all.map((one) => one.toString('latin1')));
      expectWhole(fileOf(...all), pieces(fileOf(...all)));
    }),
  );
  expect(pieces(Buffer.alloc(0))).toEqual([]);
  expect(pieces(FILE_HEAD)).toEqual([]);
});

test('a file that is cut off anywhere has every record before the cut, and the rest is torn', () => {
  fc.assert(
    fc.property(payloads, (all) => {
      const file = fileOf(...all);
      const ends = pieces(file).map(({ end }) => end);
      for (let length = 0; length <= file.length; length += 1) {
        const cut = file.subarray(0, length);
        const found = pieces(cut);
        const whole = ends.filter((end) => end <= length).length;
        expect(found.filter(({ kind }) => kind === 'record')).toHaveLength(whole);
        expect(found.slice(whole).every(({ kind }) => kind === 'torn')).toBe(true);
        expectWhole(cut, found);
      }
    }),
    { numRuns: 30 },
  );
});

test('a byte that is changed anywhere costs its own record at most, and it is reported', () => {
  fc.assert(
    fc.property(payloads, fc.integer({ min: 1, max: 255 }), (all, change) => {
      const file = fileOf(...all);
      const records = pieces(file);
      for (let at = 0; at < file.length; at += 1) {
        const changed = Buffer.from(file);
        changed.writeUInt8(changed.readUInt8(at) ^ change, at);
        const found = pieces(changed);
        expectWhole(changed, found);
        const intact = records.filter(({ start, end }) => at < start || at >= end);
        for (const record of intact) expect(found).toContainEqual(record);
        expect(found.some(({ kind }) => kind === 'damaged')).toBe(true);
      }
    }),
    { numRuns: 20 },
  );
});

test('bytes of any kind are read to their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, hasHead) => {
      const file = hasHead ? Buffer.concat([FILE_HEAD, bytes]) : Buffer.from(bytes);
      expectWhole(file, pieces(file));
    }),
  );
});

test('zeros behind the last record were never written', () => {
  const file = Buffer.concat([fileOf(Buffer.from('one')), Buffer.alloc(5_000)]);
  expect(pieces(file).map(({ kind }) => kind)).toEqual(['record', 'torn']);
  expect(pieces(Buffer.alloc(5_000)).map(({ kind }) => kind)).toEqual(['torn']);
});

test('reading goes on at a record or at the end, and nowhere else', () => {
  const file = fileOf(Buffer.from('one'), Buffer.from('two'));
  const [, second] = pieces(file);
  const boundaries = Array.from(file, (_, at) => at).filter((at) => isBoundary(file, at));
  expect(boundaries).toEqual([FILE_HEAD.length, second?.start]);
  expect(isBoundary(file, file.length)).toBe(true);
  expect([...piecesOf(file, second?.start)]).toEqual([second]);
});
