/**
 * JFrog Artifactory's predefined webhooks of the domain `docker`. Nothing in a request is its id or its
 * time.
 * Source: JFrog's "Webhooks", domain Docker; the webhook receivers of kargo and keel.
 */
import { isObject } from '../json.js';
import { headerOf, openMessage, type Reading } from '../message.js';
import type { Incoming, Kind, Opened, RawRequest } from '../port.js';
import { sender } from './sender.js';
import { readWebhook } from './webhook.js';

/** The kind `jfrog`. */
export const jfrog: Kind = {
  kind: 'jfrog',
  sender,
  hmac: { algorithm: 'sha256', headers: ['x-jfrog-event-auth'], encoding: 'hex', prefix: '' },
  options: ['host', 'promoted'],
  recognizes,
  open,
};

function recognizes(raw: RawRequest, value: unknown): boolean {
  if (headerOf(raw, 'x-jfrog-event-auth') !== undefined) return true;
  return (
    isObject(value) &&
    ['domain', 'event_type', 'subscription_key'].every((name) => typeof value[name] === 'string')
  );
}

function open(incoming: Incoming): Opened {
  return openMessage(incoming, jfrog.kind, read(incoming));
}

function read(incoming: Incoming): Reading {
  const { value } = incoming;
  return isObject(value) ? readWebhook(value, incoming) : { refused: 'the body is not an object' };
}
