/**
 * Azure Container Registry's own webhooks: one event of the registry's form, without an envelope.
 * Source: Microsoft's "Azure Container Registry webhook reference".
 */
import { EVENTS_V1, EVENTS_V2 } from '@longshore/event';
import { isObject } from '../json.js';
import { headerOf, openMessage, type Reading } from '../message.js';
import type { Incoming, Kind, Opened, RawRequest } from '../port.js';
import { readAcrEvent } from './event.js';
import { sender } from './sender.js';

/** The kind `acr`. */
export const acr: Kind = { kind: 'acr', sender, recognizes, open };

/** By its user agent, or by an event that stands alone and was not announced as the registry's. */
function recognizes(raw: RawRequest, value: unknown): boolean {
  if (headerOf(raw, 'user-agent')?.startsWith('AzureContainerRegistry/')) return true;
  if (!isObject(value) || typeof value.action !== 'string') return false;
  const type = headerOf(raw, 'content-type');
  return type !== EVENTS_V1 && type !== EVENTS_V2 && isObject(value.target) && isObject(value.request);
}

function open(incoming: Incoming): Opened {
  return openMessage(incoming, acr.kind, read(incoming.value));
}

function read(value: unknown): Reading {
  if (!isObject(value)) return { refused: 'the body is not an object' };
  return value.action === 'ping' ? { ignored: 'a ping is no event' } : readAcrEvent(value);
}
