/**
 * Alibaba Cloud Container Registry: webhooks of a repository, which tell of pushes only.
 * Source: the webhook receiver of argocd-image-updater.
 */
import { isObject } from '../json.js';
import { openMessage, type Reading } from '../message.js';
import type { Incoming, Kind, Opened, RawRequest } from '../port.js';
import { readPush } from './push.js';
import { sender } from './sender.js';

/** The kind `aliyun`. */
export const aliyun: Kind = { kind: 'aliyun', sender, options: ['host'], recognizes, open };

/** Docker Hub has `push_data` too, but no region. */
function recognizes(_raw: RawRequest, value: unknown): boolean {
  if (!isObject(value) || !isObject(value.push_data) || !isObject(value.repository)) return false;
  return typeof value.repository.region === 'string';
}

function open(incoming: Incoming): Opened {
  return openMessage(incoming, aliyun.kind, read(incoming));
}

function read(incoming: Incoming): Reading {
  const { value } = incoming;
  return isObject(value) ? readPush(value, incoming) : { refused: 'the body is not an object' };
}
