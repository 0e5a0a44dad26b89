/** Endpoints: their state, and the actions on them. */
import type { AdminService } from '@longshore/operator';
import { ACTIONS, type Action } from '@longshore/operator/actions';
import * as answers from '@longshore/operator/answers';
import { answers as schemas } from '@longshore/operator/schemas';
import { z } from 'zod';
import { type Route, route } from '../route.js';

const part = (words: string) => z.string().max(512).optional().meta({ description: words });

const testImage = z.strictObject({
  action: part('`push` unless given'),
  repository: part('`acme/app` unless given'),
  tag: part('`longshore-test` unless given'),
  digest: part('a random one unless given'),
});

/** Routes below `/endpoints`. */
export const endpointRoutes = (admin: AdminService): Route[] => [
  route({
    method: 'get',
    path: '/endpoints',
    summary: 'Every endpoint, with its state and its numbers',
    description: 'Includes removed endpoints that still have a queue.',
    answer: z.strictObject({ items: z.array(schemas.endpoint) }),
    handle: async () => ({ items: (await admin.endpoints()).map(answers.endpointAnswer) }),
  }),
  route({
    method: 'get',
    path: '/endpoints/{name}',
    summary: 'One endpoint',
    answer: schemas.endpoint,
    handle: async ({ params }) => answers.endpointAnswer(await admin.endpoint(params.name ?? '')),
  }),
  route({
    method: 'get',
    path: '/endpoints/{name}/preheats',
    summary: 'The last images of a preheat endpoint',
    description: 'Newest first, with the result of each part. Empty for endpoints of other kinds.',
    answer: z.strictObject({ items: z.array(schemas.preheat) }),
    handle: async ({ params }) => ({
      items: (await admin.preheats(params.name ?? '')).map(answers.preheatAnswer),
    }),
  }),
  route({
    method: 'post',
    path: '/endpoints/{name}/test',
    summary: 'Send a test',
    description:
      'A sample push, in the format of the endpoint, through its queue and past its rules, with one attempt. The answer has the id of its delivery.',
    body: testImage,
    answer: z.strictObject({ delivery: z.string() }),
    handle: async ({ params, body, actor }) => ({
      delivery: await admin.as(actor).test(params.name ?? '', body),
    }),
  }),
  ...ACTIONS.map((action) =>
    route({
      method: 'post',
      path: `/endpoints/{name}/${action.name}`,
      summary: action.summary,
      description: action.description,
      body: bodyOf(action),
      answer: schemas.endpoint,
      handle: async ({ params, body, actor }) =>
        answers.endpointAnswer(await admin.as(actor).act(action, params.name ?? '', body)),
    }),
  ),
];

const bodyOf = ({ options }: Action) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(options).map(([name, { words, maxLength }]) => [
        name,
        z.string().max(maxLength).optional().meta({ description: words }),
      ]),
    ),
  );
