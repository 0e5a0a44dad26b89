/**
 * Entries of some 100 ms as one compressed block. What repeats (names, ids, answers) is then stored once, which
 * makes an event some 150 bytes instead of a key with a kilobyte, and its write a small share of one command.
 */

import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw } from 'node:zlib';
import { deliveryId, type HistoryEntry, type NotedDelivery } from '@longshore/event';
import { z } from 'zod';
import { entrySchema } from './entry-schema.js';
import { termsOf } from './terms.js';

/** A chunk as it is written. */
export interface Encoded {
  /** Requests and bodies that it tells of, for the limit of the trail. */
  events: number;
  /** Terms of 4 bytes each. */
  terms: Buffer;
  data: Buffer;
}

/** A chunk as it was read. */
export interface Chunk {
  /** Of its writer and its place there: a chunk that was written twice is one. */
  id: string;
  entries: HistoryEntry[];
}

const VERSION = 1;

/**
 * What the compressor knows beforehand, so that a chunk of one entry is small too. Part of the format: another
 * text is another version. What is most frequent comes last.
 */
const DICTIONARY = Buffer.from(
  '"nativeType":"manifest":"mediaType":"application/vnd.oci.image.index.v1+json"application/vnd.docker.distribution.manifest.list.v2+json"application/vnd.docker.distribution.manifest.v2+json"step":"settled","rule":"action":"expired"ignored"dropped"step":"quarantined","quarantineId":"reason":"the body is in no format that is taken here","bytes":"outcome":"retry","status":503,"reason":"http_503","http_500http_404timeoutrefusedreset","detail":"answered 500 Internal Server Error: see the receiver’s log","retryAt":"answer":0}"step":"received","at":1"source":"distribution","kind":"distribution","eventId":"nativeType":"push","view":{"action":"push","repository":"tag":"latest","digest":"sha256:"mediaType":"application/vnd.oci.image.manifest.v1+json"},"remote":"127.0.0.1","actor":"planned":["ignored":[]},{"step":"attempted","at":1"endpoint":"deliveryId":"eventId":"source":"distribution","attempt":1,"outcome":"delivered","status":200,"reason":"http_200","ms":{"v":1,"w":"q":0,"answers":[],"entries":[',
);

const deflate = promisify<Buffer, object, Buffer>(deflateRaw);
const inflate = promisify<Buffer, object, Buffer>(inflateRaw);

/** On a thread of its own; the fastest level, since a better one saves a tenth and costs twice the time. */
const LEVEL = constants.Z_BEST_SPEED;

/** @param place the number of the chunk among those of this writer, so that a gap shows */
export async function encode(
  writer: string,
  place: number,
  entries: readonly HistoryEntry[],
): Promise<Encoded> {
  const answers = new Map<string, number>();
  const terms = new Set<number>();
  const packed = entries.map((entry) => {
    for (const term of termsOf(entry)) terms.add(term);
    return pack(entry, answers);
  });
  const content = { v: VERSION, w: writer, q: place, answers: [...answers.keys()], entries: packed };
  const data = await deflate(Buffer.from(JSON.stringify(content)), { level: LEVEL, dictionary: DICTIONARY });
  return { events: entries.filter(isReceipt).length, terms: asBytes(terms), data };
}

/** @returns undefined when it is damaged or of a version that this one cannot read */
export async function decode(data: Buffer): Promise<Chunk | undefined> {
  try {
    const json = (await inflate(data, { dictionary: DICTIONARY })).toString();
    const { w, q, answers, entries } = schema.parse(JSON.parse(json));
    return { id: `${w} ${q}`, entries: entries.flatMap((entry) => unpack(entry, answers)) };
  } catch {
    return undefined;
  }
}

const schema = z.object({
  v: z.literal(VERSION),
  w: z.string(),
  q: z.number(),
  answers: z.array(z.string()),
  entries: z.array(z.looseObject({ step: z.string() })),
});

const isReceipt = ({ step }: HistoryEntry): boolean => step === 'received' || step === 'quarantined';

function asBytes(terms: ReadonlySet<number>): Buffer {
  const bytes = Buffer.allocUnsafe(terms.size * 4);
  let offset = 0;
  for (const term of terms) offset = bytes.writeUInt32LE(term, offset);
  return bytes;
}

/** The same answer a thousand times is stored once; ids of planned deliveries are computed again. */
function pack(entry: HistoryEntry, answers: Map<string, number>): object {
  if (entry.step === 'received') {
    return { ...entry, planned: entry.planned.map(({ endpoint, known }) => (known ? [endpoint] : endpoint)) };
  }
  if (entry.step !== 'attempted' || entry.answer === undefined) return entry;
  const place = answers.get(entry.answer) ?? answers.size;
  answers.set(entry.answer, place);
  return { ...entry, answer: place };
}

type Packed = z.infer<typeof schema>['entries'][number];

/** A step that this version does not know, or an entry that does not fit, is left out. */
function unpack(packed: Packed, answers: readonly string[]): HistoryEntry[] {
  const entry = { ...packed };
  if (entry.step === 'received' && Array.isArray(entry.planned)) {
    entry.planned = entry.planned.map((one) => planned(one, entry));
  }
  if (entry.step === 'attempted' && typeof entry.answer === 'number') entry.answer = answers[entry.answer];
  const read = entrySchema.safeParse(entry);
  return read.success ? [read.data] : [];
}

function planned(one: unknown, { source, dedupe, eventId }: Packed): NotedDelivery {
  const known = Array.isArray(one);
  const endpoint = String(known ? one[0] : one);
  const id = deliveryId({ endpoint, source: String(source), eventId: String(dedupe ?? eventId) });
  return { endpoint, deliveryId: id, ...(known && { known }) };
}
