/**
 * Gitea and Forgejo: the webhook event `package`, for container packages. They send the same body; Forgejo
 * adds headers of its own name to Gitea's, and both add GitHub's and Gogs'.
 * Source: go-gitea `modules/structs/{hook,package}.go`, `services/webhook/{deliver,notifier}.go`.
 */
import { isObject } from '../json.js';
import { headerOf, openMessage, type Reading } from '../message.js';
import type { Incoming, Kind, Opened, RawRequest } from '../port.js';
import { readPackage } from './package.js';
import { sender } from './sender.js';

/** The kind `gitea`, for Forgejo too. */
export const gitea: Kind = {
  kind: 'gitea',
  sender,
  hmac: {
    algorithm: 'sha256',
    headers: ['x-forgejo-signature', 'x-gitea-signature'],
    encoding: 'hex',
    prefix: '',
    signsPayload: true,
  },
  form: true,
  recognizes,
  open,
};

function recognizes(raw: RawRequest): boolean {
  return own(raw, 'event') !== undefined;
}

function open(incoming: Incoming): Opened {
  return openMessage(incoming, gitea.kind, read(incoming));
}

function read({ raw, value }: Incoming): Reading {
  const event = own(raw, 'event');
  if (event !== undefined && event !== 'package') return { ignored: 'the Gitea event is not package' };
  if (!isObject(value)) return { refused: 'the body is not an object' };
  return readPackage(value, own(raw, 'delivery'));
}

function own(raw: RawRequest, name: 'event' | 'delivery'): string | undefined {
  return headerOf(raw, `x-forgejo-${name}`) ?? headerOf(raw, `x-gitea-${name}`);
}
