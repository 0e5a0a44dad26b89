/** Digests by the whole of them, or by how they begin. */
import { excerpt } from '@longshore/event';
import { sql } from 'kysely';
import { digestBytes, digestText } from '../db/digest.js';
import type { Ask } from './ask.js';
import { refuse } from './filter.js';

/** Hexadecimal digits of a part. */
const SHORTEST = 8;
/** More than this begin alike by purpose only. */
const MOST = 20;

const PART = /^(?:([a-z0-9]+):)?([0-9a-f]+)$/;
/** First bytes of the columns, and digits of the whole: see `digestBytes`. */
const FORMS = [
  { algorithm: 'sha256', code: '01', digits: 64 },
  { algorithm: 'sha512', code: '02', digits: 128 },
  { algorithm: 'sha384', code: '03', digits: 96 },
];

/** Could a text of a search be a digest? */
export function isDigestPart(text: string): boolean {
  const [, , hex = ''] = PART.exec(text.toLowerCase()) ?? [];
  return hex.length >= SHORTEST;
}

/**
 * The digests of events that begin so.
 * @throws LongshoreError REQUEST_INVALID for less than 8 digits, or when more than 20 begin alike
 */
export async function digestsOf(ask: Ask, text: string, signal?: AbortSignal): Promise<Buffer[]> {
  const written = text.trim();
  const [, algorithm, hex] = PART.exec(written.toLowerCase()) ?? [];
  const form = FORMS.find((one) => one.algorithm === algorithm && one.digits === hex?.length);
  if (form) return [digestBytes(written.toLowerCase())];
  if (hex !== undefined && hex.length < SHORTEST) {
    refuse('digest', `${excerpt(written)} has ${hex.length} hex digits; write ${SHORTEST} or more`);
  }
  if (hex === undefined && !written.includes(':')) {
    refuse(
      'digest',
      `${excerpt(JSON.stringify(written))} is not a digest; write sha256:… or its first ${SHORTEST} hex digits`,
    );
  }
  const forms = FORMS.filter((one) => hex !== undefined && (algorithm ?? one.algorithm) === one.algorithm);
  const ranges = forms.map(({ code, digits }) => rangeOf(code, hex ?? '', digits));
  if (algorithm !== undefined || hex === undefined) ranges.push(textRange(written));
  const found = await beginning(ask, ranges, signal);
  if (found.length <= MOST) return found;
  return refuse('digest', `more than ${MOST} digests begin with ${excerpt(written)}; write more digits`);
}

interface DigestRange {
  from: Buffer;
  /** Included. */
  to: Buffer;
}

const rangeOf = (code: string, hex: string, digits: number): DigestRange => ({
  from: Buffer.from(code + hex.slice(0, digits).padEnd(digits, '0'), 'hex'),
  to: Buffer.from(code + hex.slice(0, digits).padEnd(digits, 'f'), 'hex'),
});

/** Of digests that are kept as text, which has no byte 0xff. */
function textRange(text: string): DigestRange {
  const from = digestBytes(text).subarray(0, 1_000);
  return { from, to: Buffer.concat([from, Buffer.of(0xff)]) };
}

/** From one digest to the next in the index: as many look-ups as there are digests, whatever their events are. */
async function beginning(ask: Ask, ranges: DigestRange[], signal?: AbortSignal): Promise<Buffer[]> {
  const [from, to] = [ranges.map((range) => range.from), ranges.map((range) => range.to)];
  const rows = await ask(
    sql<{ digest: Buffer }>`
      select d.digest from unnest(${from}::bytea[], ${to}::bytea[]) as r(lo, hi) cross join lateral (
        with recursive one as (
          (select e.digest from event e where e.digest >= r.lo and e.digest <= r.hi order by e.digest limit 1)
          union all
          select (select e.digest from event e where e.digest > one.digest and e.digest <= r.hi
            order by e.digest limit 1) from one where one.digest is not null)
        select one.digest from one where one.digest is not null limit ${MOST + 1}) d`,
    signal,
  );
  return rows.map(({ digest }) => digest);
}

/** `algorithm:hex`, or undefined for null. */
export const digestOrNone = (bytes: Buffer | null): string | undefined =>
  bytes === null ? undefined : digestText(bytes);
