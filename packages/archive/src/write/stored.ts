/**
 * An event between its row and the delivery that it came with, whole: what is delivered, and what ingest decided about
 * it. The body is compact text: a line of JSON with what no column says (mostly empty), and what is delivered.
 */
import { hash } from 'node:crypto';
import { compact, type Delivery, EVENTS_V2, expand } from '@longshore/event';
import { ACTION_CODES } from '../db/tables.js';
import type { Addresses } from './address.js';
import { redacted } from './redact.js';

/** A delivery's event, without its endpoint. */
export type StoredDelivery = Omit<Delivery, 'id' | 'endpoint'>;

/** What the columns of a row say, with the names that its ids stand for. */
export interface StoredColumns {
  /** The sender's id: `event_uuid` or `event_id`. */
  eventId: string;
  source: string;
  sourceKind: string;
  /** One of {@link ACTION_CODES}. */
  action: number;
  nativeType: string | null;
  repository: string | null;
  tag: string | null;
  digest: string | null;
  mediaType: string | null;
  /** ISO 8601. */
  receivedAt: string;
}

type About = Omit<StoredDelivery, 'payload'>;

/** `exact`: the payload's text does not survive a round trip through JavaScript. */
type Head = Partial<About> & { exact?: true };

const ACTION_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ACTION_CODES).map(([name, code]) => [code, name]),
);

/** The row's id: first 128 bits of SHA-256 over the source and what makes the event the same event, as a UUID. */
export function rowId(source: string, identity: string): string {
  const hex = hash('sha256', JSON.stringify([source, identity]), 'hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/** Text of the body, before {@link compact}. */
export function bodyText(delivery: StoredDelivery, columns: StoredColumns, keep: Addresses): string {
  const payload = keep === 'full' ? delivery.payload : redacted(delivery.payload);
  const head = headOf(delivery, aboutOf(columns));
  if (payload.text !== undefined) head.exact = true;
  const line = Object.keys(head).length === 0 ? '' : JSON.stringify(head);
  return `${line}\n${payload.text ?? payload.json ?? JSON.stringify(payload.event ?? {})}`;
}

/** On a thread for a large one. */
export const packBody = (text: string): { bytes: number; data: Buffer | Promise<Buffer> } => {
  const raw = Buffer.from(text);
  return { bytes: raw.length, data: compact(raw) };
};

/** The delivery again. @throws Error for a body that is damaged or of a newer version */
export function unpackDelivery(columns: StoredColumns, body: Buffer, bytes: number): StoredDelivery {
  const raw = expand(body, bytes);
  const end = raw.indexOf('\n');
  const { exact, ...head }: Head = end === 0 ? {} : JSON.parse(raw.slice(0, end));
  const text = raw.slice(end + 1);
  return { ...aboutOf(columns), ...head, payload: exact ? { text } : { event: JSON.parse(text) } };
}

/** What is delivered, as JSON text. @throws Error as {@link unpackDelivery} does */
export function unpackPayload(body: Buffer, bytes: number): string {
  const raw = expand(body, bytes);
  return raw.slice(raw.indexOf('\n') + 1);
}

/** What the columns alone say of a delivery. */
function aboutOf(columns: StoredColumns): About {
  const action = ACTION_NAMES.get(columns.action) ?? 'other';
  const isOther = columns.action === ACTION_CODES.other;
  const nativeType = columns.nativeType ?? action;
  const view: Delivery['view'] = { action: isOther ? nativeType : action };
  if (columns.repository !== null) view.repository = columns.repository;
  if (columns.tag !== null) view.tag = columns.tag;
  if (columns.digest !== null) view.digest = columns.digest;
  if (columns.mediaType !== null) view.mediaType = columns.mediaType;
  return {
    eventId: columns.eventId,
    source: columns.source,
    kind: columns.sourceKind,
    class: isOther ? 'other' : 'event',
    nativeType,
    receivedAt: Date.parse(columns.receivedAt),
    contentType: EVENTS_V2,
    view,
  };
}

/** What differs. */
function headOf(delivery: StoredDelivery, known: About): Head {
  const { eventId, source, kind, nativeType, receivedAt, contentType, view, timestamp, dedupe } = delivery;
  const about: About = {
    eventId,
    source,
    kind,
    class: delivery.class,
    nativeType,
    receivedAt,
    contentType,
    view,
  };
  if (timestamp !== undefined) about.timestamp = timestamp;
  if (dedupe !== undefined) about.dedupe = dedupe;
  const differing = Object.entries(about).filter(
    ([name, value]) => !isSame(value, known[name as keyof About]),
  );
  return Object.fromEntries(differing);
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object') return one === other;
  const [left, right] = [members(one), members(other)];
  return (
    left.length === right.length &&
    left.every(([name, value], i) => right[i]?.[0] === name && right[i]?.[1] === value)
  );
}

const members = (value: unknown): [string, unknown][] =>
  Object.entries(value ?? {})
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
