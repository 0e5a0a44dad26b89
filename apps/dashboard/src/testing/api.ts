/** Asks the API of a test's dashboard, and checks each answer against the schema that the document shows. */

import type { AdminService } from '@longshore/operator';
import { createBulkJobs } from '@longshore/operator/bulk';
import { answers } from '@longshore/operator/schemas';
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { Route } from '../api/route.js';
import { routesOf } from '../api/routes/index.js';
import type { TestDashboard } from './dashboard.js';

/** For their descriptions: no handler is called. */
export const ROUTES: Route[] = routesOf({} as AdminService, createBulkJobs({} as AdminService));

export interface Answered {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each is checked against its schema
  body: any;
}

/** The answer, once its schema has accepted it. */
async function checked(method: 'get' | 'post', path: string, response: Response): Promise<Answered> {
  const [bare = ''] = path.split('?');
  const body: unknown = await response.json();
  const isOf = (pattern: string): boolean =>
    new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare);
  const exact = ROUTES.find((route) => route.path === bare && route.method === method);
  const route = exact ?? ROUTES.find((each) => each.method === method && isOf(each.path));
  if (response.ok && route) {
    expect(response.status).toBe(route.status);
    route.answer.parse(body);
  } else answers.problem.parse(body);
  return { status: response.status, headers: response.headers, body };
}

export const get = async (dashboard: TestDashboard, path: string) =>
  checked('get', path, await dashboard.get(`/api/v1${path}`));

export const post = async (dashboard: TestDashboard, path: string, body?: unknown) =>
  checked('post', path, await dashboard.post(path, body));

export const ended = (dashboard: TestDashboard, id: string) =>
  eventually(
    () => get(dashboard, `/operations/${id}`),
    ({ body }) => body.state !== 'running',
  );
