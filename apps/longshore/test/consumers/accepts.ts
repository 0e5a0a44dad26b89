/**
 * What each consumer of docs/consumers accepts of a push of acme/app:1.0, as its source or its documentation says. Each
 * throws on a request that the consumer would refuse, or would take without being able to use it.
 */
import { createHmac } from 'node:crypto';
import type { ReceivedRequest } from '@longshore/testkit';
import { expect } from 'vitest';

/** The push, as `anEvent` has it. */
export const PUSHED = {
  image: 'registry.example.com/acme/app',
  ref: 'registry.example.com/acme/app:1.0',
  digest: 'sha256:858a8366125ba1ee606c2d28f6b029eb431b3db12b8a79389ee03434a762913c',
  mediatype: 'application/vnd.oci.image.manifest.v1+json',
} as const;

/** One consumer. */
export interface Consumer {
  /** Path and query of its url where the page has it as a secret. */
  path?: string;
  accepts(request: ReceivedRequest): void;
  /** How it answers. Default: 200 without a body. */
  answer?: { status?: number; body?: string };
  /** Requests that a push, a push without a tag and a pull become; `batches`: one or more. Default: 1, the push. */
  requests?: number | 'batches';
}

/** What the test puts in the place of `env:NAME`. */
export const secretOf = (name: string): string => `value-of-${name.toLowerCase()}`;

const bearer = (request: ReceivedRequest, name: string): void =>
  expect(request.headers.authorization).toBe(`Bearer ${secretOf(name)}`);
const posted = (request: ReceivedRequest, url: string | RegExp): void => {
  expect(request.method).toBe('POST');
  expect(request.url).toMatch(url);
  expect(request.headers['content-type']).toMatch(/^application\/json(;|$)/);
};

/** Harbor's webhook: the header has the secret without a scheme. */
const harbor = (path: RegExp, secret: string) => (request: ReceivedRequest) => {
  posted(request, path);
  expect(request.headers.authorization).toBe(secretOf(secret));
  expect(request.json()).toMatchObject({
    type: 'PUSH_ARTIFACT',
    event_data: {
      resources: [{ tag: '1.0', resource_url: PUSHED.ref, digest: PUSHED.digest }],
      repository: { name: 'app', namespace: 'acme', repo_full_name: 'acme/app' },
    },
  });
};

const gitlab = (request: ReceivedRequest): void => {
  posted(request, /\/trigger\/pipeline\?token=\w+&ref=main$/);
  expect(request.json()).toEqual({
    variables: {
      IMAGE: PUSHED.image,
      IMAGE_REPOSITORY: 'acme/app',
      IMAGE_TAG: '1.0',
      IMAGE_DIGEST: PUSHED.digest,
      IMAGE_ACTION: 'push',
    },
  });
};

/** `ScanRequest` of the pluggable scanner specification; the tag is optional. */
const scan = (request: ReceivedRequest): void => {
  expect([request.method, request.url]).toEqual(['POST', '/api/v1/scan']);
  expect(request.headers['content-type']).toBe(
    'application/vnd.scanner.adapter.scan.request+json; version=1.1',
  );
  const { artifact, ...rest } = request.json<{ artifact: Record<string, unknown> }>();
  expect(rest).toEqual({
    registry: { url: 'https://registry.example.com', authorization: secretOf('SCAN_AUTHORIZATION') },
    enabled_capabilities: [{ type: 'vulnerability' }],
  });
  const { tag = '1.0', ...image } = artifact;
  expect(image).toEqual({ repository: 'acme/app', digest: PUSHED.digest, mime_type: PUSHED.mediatype });
  expect(tag).toBe('1.0');
};

/** `webhook-signature` of Standard Webhooks, made of the bytes that came. */
const audit = (request: ReceivedRequest): void => {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
  const made = createHmac('sha256', secretOf('AUDIT_SECRET')).update(`${id}.${at}.${request.body}`);
  expect(signature).toBe(`v1,${made.digest('base64')}`);
  expect(request.json<{ events: object[] }>().events.length).toBeGreaterThan(0);
};

/** The object that pages with a template send. */
const flat = { action: 'push', image: PUSHED.image, tag: '1.0', digest: PUSHED.digest };

const chat = (shape: object) => (request: ReceivedRequest) => {
  posted(request, /^\/chat/);
  expect(request.json()).toEqual(shape);
};
const said = expect.stringContaining('acme/app:1.0');

/** By the name of the page, without `.md`. */
export const CONSUMERS: Readonly<Record<string, Consumer>> = {
  'argo-cd': { accepts: harbor(/^\/api\/webhook$/, 'ARGOCD_WEBHOOK_SECRET') },
  'argo-cd-image-updater': {
    accepts: harbor(/^\/webhook\?type=harbor$/, 'IMAGE_UPDATER_SECRET'),
    answer: { body: 'Webhook received and processing' },
  },
  kargo: { path: '/harbor/0a1b', accepts: harbor(/^\/harbor\/0a1b$/, 'KARGO_TOKEN') },
  'kargo-generic': {
    path: '/generic/0a1b',
    accepts(request) {
      posted(request, /^\/generic\/0a1b$/);
      expect(request.json()).toEqual(flat);
    },
    answer: { body: '{"msg":"refreshed 1 warehouse(s)"}' },
  },
  flux: {
    path: '/hook/0a1b',
    accepts(request) {
      posted(request, /^\/hook\/0a1b$/);
      const made = createHmac('sha256', secretOf('FLUX_TOKEN')).update(request.body).digest('hex');
      expect(request.headers['x-signature']).toBe(`sha256=${made}`);
      expect(request.json()).toMatchObject({ repository: 'acme/app', name: 'app', tag: '1.0' });
    },
  },
  keel: {
    accepts(request) {
      posted(request, /^\/v1\/webhooks\/native$/);
      bearer(request, 'KEEL_TOKEN');
      expect(request.json()).toEqual({ name: PUSHED.image, tag: '1.0', digest: PUSHED.digest });
    },
  },
  jenkins: {
    path: '/dockerregistry-webhook/0a1b/notify',
    accepts(request) {
      // The plugin does not look at the media type, unless it is a form's.
      expect([request.method, request.url]).toEqual(['POST', '/dockerregistry-webhook/0a1b/notify']);
      expect(request.json()).toMatchObject({
        events: [
          {
            action: 'push',
            timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
            target: {
              repository: 'acme/app',
              tag: '1.0',
              url: expect.stringMatching(/^https:\/\/registry\.example\.com\/v2\/acme\/app\/manifests\//),
            },
            request: { host: 'registry.example.com' },
          },
        ],
      });
    },
  },
  'jenkins-generic': {
    accepts(request) {
      posted(request, /^\/generic-webhook-trigger\/invoke$/);
      bearer(request, 'JENKINS_TRIGGER_TOKEN');
      expect(request.json()).toEqual(flat);
    },
    answer: { body: '{"jobs":{"deploy":{"triggered":true}}}' },
  },
  'event-grid': {
    accepts(request) {
      expect([request.method, request.url]).toEqual(['POST', '/api/events']);
      expect(request.headers['aeg-sas-key']).toBe(secretOf('EVENT_GRID_KEY'));
      expect(request.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
      expect(request.json()).toMatchObject({
        ...{ specversion: '1.0', id: expect.any(String), source: expect.any(String) },
        type: 'dev.longshore.image.push',
      });
    },
    requests: 2,
  },
  tekton: {
    accepts(request) {
      posted(request, /^\/$/);
      expect(request.json()).toEqual(flat);
    },
    answer: { status: 202, body: '{"eventID":"1"}' },
  },
  'argo-events': {
    accepts(request) {
      expect([request.method, request.url]).toEqual(['POST', '/registry']);
      bearer(request, 'ARGO_EVENTS_TOKEN');
      expect(request.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
      expect(request.json()).toMatchObject({
        ...{ specversion: '1.0', id: expect.any(String), source: expect.any(String) },
        type: expect.stringMatching(/^dev\.longshore\.image\.(push|pull)$/),
      });
    },
    answer: { body: 'success' },
    requests: 3,
  },
  'github-actions': {
    accepts(request) {
      posted(request, /^\/repos\/acme\/deploy\/dispatches$/);
      bearer(request, 'GITHUB_TOKEN');
      expect(request.headers).toMatchObject({
        accept: 'application/vnd.github+json',
        'x-github-api-version': expect.any(String),
        'user-agent': expect.stringMatching(/./),
      });
      const body = request.json<{ client_payload: object }>();
      expect(body).toMatchObject({ event_type: 'image-push', client_payload: { image: PUSHED.image } });
      expect(Object.keys(body).sort()).toEqual(['client_payload', 'event_type']);
      expect(Object.keys(body.client_payload).length).toBeLessThanOrEqual(10);
    },
    answer: { status: 204 },
  },
  gitlab: {
    path: '/api/v4/projects/1/trigger/pipeline?token=t0&ref=main',
    accepts: gitlab,
    answer: { status: 201 },
  },
  'use-ci-cd': {
    path: '/api/v4/projects/1/trigger/pipeline?token=t0&ref=main',
    accepts: gitlab,
    answer: { status: 201 },
  },
  woodpecker: {
    accepts(request) {
      posted(request, /^\/api\/repos\/42\/pipelines$/);
      bearer(request, 'WOODPECKER_TOKEN');
      const variables = { IMAGE: PUSHED.image, IMAGE_TAG: '1.0', IMAGE_DIGEST: PUSHED.digest };
      expect(request.json()).toEqual({ branch: 'main', variables });
    },
  },
  drone: {
    accepts(request) {
      const { pathname, searchParams } = new URL(request.url, 'http://d');
      expect([request.method, pathname]).toEqual(['POST', '/api/repos/acme/deploy/builds']);
      bearer(request, 'DRONE_TOKEN');
      const variables = {
        branch: 'main',
        IMAGE: PUSHED.image,
        IMAGE_TAG: '1.0',
        IMAGE_DIGEST: PUSHED.digest,
      };
      expect(Object.fromEntries(searchParams)).toEqual(variables);
    },
  },
  'workflow-dispatch': {
    accepts(request) {
      posted(request, /^\/repos\/acme\/deploy\/actions\/workflows\/deploy\.yml\/dispatches$/);
      bearer(request, 'GITHUB_TOKEN');
      expect(request.headers).toMatchObject({ accept: 'application/vnd.github+json' });
      const inputs = { image: PUSHED.image, tag: '1.0', digest: PUSHED.digest };
      expect(request.json()).toEqual({ ref: 'main', inputs });
    },
    answer: { status: 204 },
  },
  gotify: {
    accepts(request) {
      posted(request, /^\/message$/);
      expect(request.headers['x-gotify-key']).toBe(secretOf('GOTIFY_TOKEN'));
      // What it decodes into: title and message are texts, priority is a number; message is required.
      expect(request.json()).toEqual({
        ...{ title: 'acme/app:1.0', priority: 4 },
        message: expect.stringContaining(`pushed ${PUSHED.ref}`),
      });
    },
  },
  opsgenie: {
    accepts(request) {
      posted(request, /^\/v2\/alerts$/);
      expect(request.headers.authorization).toBe(secretOf('OPSGENIE_AUTHORIZATION'));
      const { message, alias, ...rest } = request.json<Record<string, string>>();
      expect(message).toMatch(/^.{1,130}$/);
      expect(alias).toMatch(/^.{1,512}$/);
      const description = expect.stringContaining(PUSHED.ref);
      expect(rest).toEqual({ description, priority: 'P3', source: 'longshore' });
    },
    answer: { status: 202, body: '{"result":"Request will be processed","requestId":"1"}' },
  },
  pagerduty: {
    accepts(request) {
      posted(request, /^\/v2\/change\/enqueue$/);
      expect(request.json()).toEqual({
        routing_key: secretOf('PAGERDUTY_ROUTING_KEY'),
        payload: {
          summary: expect.stringMatching(/^.{1,1024}$/),
          source: expect.stringMatching(/./),
          timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          custom_details: { image: PUSHED.image, tag: '1.0', digest: PUSHED.digest },
        },
      });
    },
    answer: { status: 202 },
  },
  spinnaker: {
    accepts(request) {
      posted(request, /^\/webhooks\/webhook\/registry$/);
      const { image: name, ref: reference } = PUSHED;
      expect(request.json()).toMatchObject({
        artifacts: [{ type: 'docker/image', name, version: '1.0', reference }],
        parameters: { tag: '1.0' },
      });
    },
    answer: { body: '{"eventProcessed":true,"eventId":"1"}' },
  },
  watchtower: {
    accepts(request) {
      const { pathname, searchParams } = new URL(request.url, 'http://w');
      expect([pathname, searchParams.get('image')]).toEqual(['/v1/update', PUSHED.image]);
      bearer(request, 'WATCHTOWER_TOKEN');
    },
  },
  portainer: {
    accepts(request) {
      expect(request.method).toBe('POST');
      expect(request.url).toMatch(/^\/api\/webhooks\/[\da-f-]{36}\?tag=1\.0$/);
    },
    answer: { status: 204 },
  },
  scanner: { accepts: scan, answer: { status: 202, body: '{"id":"1"}' }, requests: 2 },
  'use-security-scan': { accepts: scan, answer: { status: 202, body: '{"id":"1"}' }, requests: 2 },
  slack: { path: '/chat', accepts: chat({ text: said }), answer: { body: 'ok' } },
  mattermost: { path: '/chat', accepts: chat({ text: said }) },
  teams: {
    path: '/chat?sig=0',
    accepts(request) {
      posted(request, /^\/chat\?sig=0$/);
      expect(request.json()).toMatchObject({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: { type: 'AdaptiveCard', version: '1.2', body: expect.any(Array) },
          },
        ],
      });
    },
    answer: { status: 202 },
  },
  discord: {
    path: '/chat',
    accepts: chat({
      embeds: [{ title: expect.any(String), description: said, color: expect.any(Number) }],
      allowed_mentions: { parse: [] },
    }),
    answer: { status: 204 },
  },
  'google-chat': {
    path: '/chat?key=k&token=t',
    accepts: chat({ cardsV2: [expect.any(Object)], thread: { threadKey: 'acme/app' } }),
  },
  ntfy: {
    path: '/chat',
    accepts(request) {
      bearer(request, 'NTFY_TOKEN');
      chat(expect.objectContaining({ topic: 'pushes', message: said, priority: 3 }))(request);
    },
  },
  'use-audit-log': { accepts: audit, requests: 'batches' },
};
