/**
 * GitHub Packages and the GitHub container registry: the webhook events `package` and `registry_package`,
 * which say the same and may both come for one push. They tell of pushes only; nobody is told of pulls and
 * deletes.
 * Source: octokit/webhooks, payload schemas of both events; GitHub's "Webhook events and payloads".
 */
import { isObject } from '../json.js';
import { headerOf, openMessage, type Reading } from '../message.js';
import type { Incoming, Kind, Opened, RawRequest } from '../port.js';
import { readPackage } from './package.js';
import { sender } from './sender.js';

/** The kind `github`. */
export const github: Kind = {
  kind: 'github',
  sender,
  hmac: { algorithm: 'sha256', headers: ['x-hub-signature-256'], encoding: 'hex', prefix: 'sha256=' },
  form: true,
  recognizes,
  open,
};

/** Gitea and Forgejo send GitHub's headers too, so they are asked first. */
function recognizes(raw: RawRequest): boolean {
  return headerOf(raw, 'x-github-event') !== undefined;
}

function open(incoming: Incoming): Opened {
  return openMessage(incoming, github.kind, read(incoming));
}

function read({ raw, value }: Incoming): Reading {
  const event = headerOf(raw, 'x-github-event');
  if (event === 'ping') return { ignored: 'a ping is no event' };
  if (event !== undefined && !isPackageEvent(event)) {
    return { ignored: 'the GitHub event is none of package and registry_package' };
  }
  if (!isObject(value)) return { refused: 'the body is not an object' };
  return readPackage(value, headerOf(raw, 'x-github-delivery'));
}

function isPackageEvent(event: string): boolean {
  return event === 'package' || event === 'registry_package';
}
