/** Image events and pulls in the formats that take any event. */
import { type Delivery, deliveryOf, EVENTS_V1 } from '@longshore/event';
import { expect, test } from 'vitest';
import { FORMATS } from './registry.js';
import { compileTemplate } from './template/compile.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

function made(eventClass: 'image' | 'pull', fields: Record<string, unknown> & { action: string }): Delivery {
  const { action } = fields;
  const at = '2026-11-30T12:00:00.000000Z';
  const common = { source: 'eu', repository: 'team/app', digest: DIGEST, actor: 'ci', host: 'r.example.com' };
  const target = { repository: 'team/app', tag: '1.0', digest: DIGEST };
  const event = {
    id: `id of ${action}`,
    class: eventClass,
    action,
    nativeType: action,
    timestamp: at,
    target,
  };
  const payload = { event: { id: event.id, timestamp: at, ...common, ...fields, at } };
  const taken = { event, payload, contentType: EVENTS_V1, source: 'eu', kind: 'distribution', receivedAt: 0 };
  return JSON.parse(JSON.stringify(deliveryOf(taken, 'one')));
}

const PUSHED = made('image', { action: 'image.pushed', tags: ['1.0', 'latest'], changedPlatforms: [] });
const PULLED = made('pull', { action: 'image.pulled', tag: '1.0', state: 'interrupted' });

const OPEN = FORMATS.filter(
  ({ name, needs, widens, offeredTo }) =>
    name !== 'template' && offeredTo.includes('endpoints') && (widens || !needs.actions),
);

test('these formats take them', () => {
  expect(OPEN.map(({ name }) => name)).toEqual([
    ...['distribution', 'github-dispatch', 'gitlab-trigger', 'cloudevents'],
    ...['slack', 'teams', 'discord', 'mattermost', 'googlechat', 'ntfy'],
  ]);
});

test.each(OPEN)('$name says what happened to which image', ({ render, options }) => {
  const settings = Object.fromEntries(Object.keys(options ?? {}).map((name) => [name, 'main']));
  for (const delivery of [PUSHED, PULLED]) {
    const body = render([delivery], { annotate: false, settings })?.toString() ?? '';
    expect(decodeURIComponent(body).replaceAll('\\', '')).toMatch(/team\/app/);
    expect(body.replaceAll('\\', '')).toContain(delivery.view.action);
  }
});

test('a template has every field of them', () => {
  const body = { text: '{{ ref }} {{ event.state }}{{ event.tags | join: "," }}', action: '{{ action }}' };
  const { render, problems } = compileTemplate({ url: 'https://r.example/', headers: {}, body });
  expect(problems).toEqual([]);
  const of = (delivery: Delivery) => JSON.parse(String(render(delivery)?.body));
  expect(of(PULLED)).toEqual({ text: 'r.example.com/team/app:1.0 interrupted', action: 'image.pulled' });
  expect(of(PUSHED)).toEqual({ text: 'r.example.com/team/app:1.0 1.0,latest', action: 'image.pushed' });
});
