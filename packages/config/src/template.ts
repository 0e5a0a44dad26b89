/** The template of an endpoint, and what it gives for a sample event. */
import type { Delivery } from '@longshore/event';
import { LongshoreError } from '@longshore/event';
import { compileTemplate, type Template } from '@longshore/formats/template';
import { revealed, Secret } from '@longshore/settings/secrets';
import type { Tree } from '@longshore/settings/tree';
import { parse } from 'yaml';
import type { HttpEndpoint } from './endpoint.js';

type Described = Pick<HttpEndpoint, 'format' | 'url' | 'headers' | 'contenttype' | 'body'>;

/** Whether the settings of the request are templates. */
export const isTemplate = ({ format }: Pick<HttpEndpoint, 'format'>): boolean => format === 'template';

/**
 * For checks and for people: never throws. What cannot be resolved here is its reference, and so are secrets of the
 * body.
 */
export const templateOf = ({ url, headers, contenttype, body }: Described): Template =>
  compileTemplate({
    url: shown(url),
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.map(shown)])),
    contenttype,
    body: body === undefined ? undefined : withReferences(body),
  });

const shown = (secret: Secret): string => revealed(secret) ?? secret.toString();

function withReferences(tree: Tree): Tree {
  if (tree instanceof Secret) return tree.toString();
  if (Array.isArray(tree)) return tree.map(withReferences);
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, withReferences(item)]));
}

/** Anchors are no way to multiply a text. */
const MOST_ALIASES = 100;

/**
 * A body as it would stand behind `body:` of an endpoint, to be tried. References to secrets stay the texts that they are.
 * @throws LongshoreError REQUEST_INVALID
 */
export function templateBody(text: string): Tree {
  try {
    return parse(text, { maxAliasCount: MOST_ALIASES });
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new LongshoreError('REQUEST_INVALID', `the template is no YAML: ${why}`);
  }
}

const EVENT = {
  id: '7d3f9c50-1111-4222-8333-444455556666',
  timestamp: '2026-01-15T09:30:00Z',
  action: 'push',
  target: {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: 'sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
    size: 1024,
    repository: 'acme/app',
    tag: '1.4.2',
  },
  request: { host: 'registry.example.com', method: 'PUT' },
  actor: { name: 'alice' },
};

/** A push of an image, for samples. */
export const SAMPLE: Delivery = {
  id: '0123456789abcdef0123456789abcdef',
  endpoint: 'sample',
  eventId: EVENT.id,
  source: 'default',
  kind: 'distribution',
  class: 'event',
  nativeType: 'push',
  receivedAt: Date.parse(EVENT.timestamp),
  contentType: 'application/json',
  view: { action: 'push', repository: 'acme/app', tag: '1.4.2' },
  payload: { event: EVENT },
};

/** The request for a sample event. @throws TemplateFault */
export const sampleOf = (template: Template, host: string | undefined): ReturnType<Template['render']> =>
  template.render(SAMPLE, host);
