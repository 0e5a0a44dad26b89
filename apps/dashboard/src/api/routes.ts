/** Every route of the API: all that the pages show and do, and nothing that they do not. */
import { DELIVERY_STATES } from '@longshore/queue/operator';
import { z } from 'zod';
import type { Operate, Retried } from '../operate/index.js';
import type { Operations } from '../operate/operations.js';
import { deadWords, quarantineWords } from '../operate/words.js';
import * as answers from './answers.js';
import { needsFilter } from './needs-filter.js';
import { type Route, route } from './route.js';
import * as shape from './shape.js';

const paging = {
  limit: z.coerce.number().int().min(1).max(500).default(50).meta({ description: 'How many at most.' }),
  after: z.string().optional().meta({ description: '`next` of the page before.' }),
};

const all = z
  .literal(true)
  .optional()
  .meta({ description: 'true: all of them. Needed when there is no filter.' });

const rate = z
  .number()
  .positive()
  .max(100_000)
  .optional()
  .meta({ description: 'Deliveries in a second; 100 for a retry unless given.' });

export function routesOf(operate: Operate, operations: Operations): Route[] {
  return [
    ...endpointRoutes(operate),
    ...deliveryRoutes(operate),
    ...deadRoutes(operate, operations),
    ...quarantineRoutes(operate),
    ...operationRoutes(operations),
  ];
}

const endpointRoutes = (operate: Operate): Route[] => [
  route({
    method: 'get',
    path: '/endpoints',
    summary: 'Every endpoint, and how it is',
    description: 'Those that left the configuration and still have a queue are among them.',
    answer: z.strictObject({ items: z.array(answers.endpoint) }),
    handle: async () => ({ items: (await operate.endpoints()).map(shape.endpointAnswer) }),
  }),
  route({
    method: 'get',
    path: '/endpoints/{name}',
    summary: 'One endpoint',
    answer: answers.endpoint,
    handle: async ({ params }) => shape.endpointAnswer(await operate.endpoint(params.name ?? '')),
  }),
  route({
    method: 'post',
    path: '/endpoints/{name}/pause',
    summary: 'Stop delivering to an endpoint',
    description: 'For all workers at once, over restarts. Events are taken and kept for it.',
    body: z.strictObject({
      reason: z.string().max(500).optional().meta({ description: 'Why, for whoever looks next.' }),
    }),
    answer: answers.endpoint,
    handle: async ({ params, body }) =>
      shape.endpointAnswer(await operate.pause(params.name ?? '', body.reason)),
  }),
  route({
    method: 'post',
    path: '/endpoints/{name}/resume',
    summary: 'Deliver to it again',
    description: 'What the configuration pauses stays paused: `pausedByConfig` says so.',
    body: z.strictObject({}),
    answer: answers.endpoint,
    handle: async ({ params }) => shape.endpointAnswer(await operate.resume(params.name ?? '')),
  }),
];

const deliveryRoutes = (operate: Operate): Route[] => [
  route({
    method: 'get',
    path: '/deliveries',
    summary: 'Deliveries of an endpoint by state',
    query: z.strictObject({
      endpoint: z.string().min(1).meta({ description: 'Name of the endpoint.' }),
      state: z.enum(DELIVERY_STATES).meta({ description: 'Which of them.' }),
      ...paging,
    }),
    answer: answers.deliveries,
    handle: async ({ query: { endpoint, state, ...page } }) =>
      shape.listAnswer(await operate.deliveries(endpoint, state, page), shape.deliveryAnswer),
  }),
  route({
    method: 'get',
    path: '/deliveries/{id}',
    summary: 'One delivery, with its event and its last answer',
    answer: answers.deliveryDetail,
    handle: async ({ params }) => shape.deliveryAnswer(await operate.delivery(params.id ?? '')),
  }),
  route({
    method: 'get',
    path: '/trace',
    summary: 'What happened to an event',
    query: z.strictObject({
      q: z
        .string()
        .min(1)
        .max(500)
        .meta({ description: 'Event id, delivery id, repository, repository:tag or digest.' }),
      endpoint: z.string().optional().meta({ description: 'Only what concerns this endpoint.' }),
      limit: z.coerce.number().int().min(1).max(100).default(20).meta({ description: 'How many events.' }),
    }),
    answer: answers.traced,
    handle: async ({ query: { q, endpoint, limit } }) =>
      shape.tracedAnswer(
        await operate.trace({ search: q, limit, ...(endpoint !== undefined && { endpoint }) }),
      ),
  }),
];

const deadRoutes = (operate: Operate, operations: Operations): Route[] => [
  route({
    method: 'get',
    path: '/dead',
    summary: 'The dead-letter sets, newest first',
    description:
      'A page looks through 10,000 at most, so it can be short, or empty, and still have a `next`.',
    query: deadWords.extend(paging),
    answer: answers.deadLetters,
    handle: async ({ query: { limit, after, ...words } }) =>
      shape.listAnswer(
        await operate.dead(words, { limit, ...(after !== undefined && { after }) }),
        shape.deadAnswer,
      ),
  }),
  route({
    method: 'get',
    path: '/dead/{id}',
    summary: 'One dead delivery, with its event and its last answer',
    answer: answers.deadDetail,
    handle: async ({ params }) => shape.deadAnswer(await operate.deadOne(params.id ?? '')),
  }),
  ...(['retry', 'drop'] as const).map((act) =>
    route({
      method: 'post',
      path: `/dead/${act}`,
      summary:
        act === 'retry' ? 'Give dead deliveries all of their attempts again' : 'Delete dead deliveries',
      description: 'Goes on in the background: ask `/operations/{id}` how far it is. Twice is safe.',
      body: deadWords.extend({ all, rate }),
      status: 202,
      answer: answers.operation,
      handle: async ({ body: { all: everything, rate: pace, ...words } }) => {
        needsFilter(words, everything);
        return shape.operationAnswer(await operations.start(act, words, pace));
      },
    }),
  ),
];

const quarantineRoutes = (operate: Operate): Route[] => [
  route({
    method: 'get',
    path: '/quarantine',
    summary: 'Requests that could not be read, newest first',
    query: quarantineWords.extend(paging),
    answer: answers.quarantine,
    handle: async ({ query: { limit, after, ...words } }) =>
      shape.listAnswer(
        await operate.quarantine(words, { limit, ...(after !== undefined && { after }) }),
        shape.quarantinedAnswer,
      ),
  }),
  route({
    method: 'get',
    path: '/quarantine/{id}',
    summary: 'One of them, with its body',
    answer: answers.quarantinedDetail,
    handle: async ({ params }) => shape.quarantinedDetailAnswer(await operate.quarantined(params.id ?? '')),
  }),
  route({
    method: 'post',
    path: '/quarantine/retry',
    summary: 'Read quarantined requests anew',
    description: 'What can be read is delivered; what cannot stays, with the reason of now.',
    body: quarantineWords.extend({ all }),
    answer: answers.quarantineRetried,
    handle: async ({ body: { all: everything, ...words } }) => {
      needsFilter(words, everything);
      const entries: Retried[] = [];
      for await (const entry of operate.retryQuarantine(words)) entries.push(entry);
      const count = (outcome: Retried['outcome']): number =>
        entries.filter((entry) => entry.outcome === outcome).length;
      const counts = { taken: count('taken'), unreadable: count('unreadable') };
      return { ...counts, cut: count('cut'), gone: count('gone'), entries };
    },
  }),
  route({
    method: 'post',
    path: '/quarantine/drop',
    summary: 'Delete quarantined requests',
    body: quarantineWords.extend({ all }),
    answer: answers.quarantineDropped,
    handle: async ({ body: { all: everything, ...words } }) => {
      needsFilter(words, everything);
      return { dropped: await operate.dropQuarantine(words) };
    },
  }),
];

const operationRoutes = (operations: Operations): Route[] => [
  route({
    method: 'get',
    path: '/operations',
    summary: 'Retries and drops that this process runs or ran, newest first',
    answer: z.strictObject({ items: z.array(answers.operation) }),
    handle: async () => ({ items: operations.list().map(shape.operationAnswer) }),
  }),
  route({
    method: 'get',
    path: '/operations/{id}',
    summary: 'How far one is',
    answer: answers.operation,
    handle: async ({ params }) => shape.operationAnswer(operations.get(params.id ?? '')),
  }),
  route({
    method: 'post',
    path: '/operations/{id}/cancel',
    summary: 'Stop one',
    description: 'What was done stays done; the same once more goes on.',
    body: z.strictObject({}),
    answer: answers.operation,
    handle: async ({ params }) => shape.operationAnswer(operations.cancel(params.id ?? '')),
  }),
];
