/** A delivery as a row whose names have no ids yet. */
import { type Delivery, eventOf, type RegistryEvent } from '@longshore/event';
import { digestBytes } from '../db/digest.js';
import { ACTION_CODES, METHODS } from '../db/tables.js';
import { addressIn } from './address.js';
import { rowId } from './stored.js';
import { targetKind } from './target-kind.js';
import { columnText } from './text.js';
import { filedTime } from './time.js';

/** See the header. Absent is null. */
export interface Row {
  id: string;
  at: string;
  /** See `FiledTime`. */
  isUnsure: boolean;
  receivedAt: string;
  eventUuid: string | null;
  eventId: string | null;
  requestId: string | null;
  source: string;
  sourceKind: string;
  action: number;
  kind: number;
  method: number | null;
  size: number | null;
  tag: string | null;
  digest: Buffer | null;
  addr: string | null;
  repository: string | null;
  fromRepository: string | null;
  actor: string | null;
  agent: string | null;
  mediaType: string | null;
  host: string | null;
  instance: string | null;
  nativeType: string | null;
  references: Delivery['references'];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @param retention milliseconds; 0: everything is kept */
export function rowOf(delivery: Delivery, retention: number): Row {
  const event = eventOf(delivery);
  const { target, request = {}, actor = {}, source = {} } = event;
  const { at, isUnsure } = filedTime(event.timestamp, delivery.receivedAt, retention);
  const action = actionCode(event);
  const isUuid = UUID.test(delivery.eventId);
  return {
    id: rowId(delivery.source, delivery.dedupe ?? delivery.eventId),
    ...{ at, isUnsure, action },
    receivedAt: new Date(delivery.receivedAt).toISOString(),
    eventUuid: isUuid ? delivery.eventId : null,
    eventId: isUuid ? null : columnText(delivery.eventId),
    requestId: request.id !== undefined && UUID.test(request.id) ? request.id : null,
    source: columnText(delivery.source),
    sourceKind: delivery.kind,
    kind: targetKind(event),
    method: request.method === undefined ? null : methodCode(request.method),
    size: Number.isSafeInteger(target.size) ? (target.size ?? null) : null,
    tag: text(target.tag),
    digest: target.digest === undefined ? null : digestBytes(target.digest),
    addr: addressIn(request.addr) ?? null,
    repository: text(target.repository),
    fromRepository: text(target.fromRepository),
    actor: text(actor.name),
    agent: text(request.useragent),
    mediaType: text(target.mediaType),
    host: text(request.host),
    instance: text(source.instanceID),
    nativeType: isNamedByAction(event, action) ? null : columnText(delivery.nativeType),
    references: delivery.references ?? target.references,
  };
}

const text = (value: string | undefined): string | null => (value === undefined ? null : columnText(value));

const actionCode = ({ class: eventClass, action }: RegistryEvent): number =>
  eventClass === 'event' && Object.hasOwn(ACTION_CODES, action)
    ? ACTION_CODES[action as keyof typeof ACTION_CODES]
    : ACTION_CODES.other;

const isNamedByAction = ({ action, nativeType }: RegistryEvent, code: number): boolean =>
  code !== ACTION_CODES.other && action === nativeType;

const methodCode = (method: string): number | null =>
  Object.hasOwn(METHODS, method) ? METHODS[method as keyof typeof METHODS] : null;
