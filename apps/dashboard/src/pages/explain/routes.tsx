/** The page that explains. */
import { LongshoreError } from '@longshore/event';
import type { PageDeps } from '../deps.js';
import { param } from '../params.js';
import type { View } from '../view.js';
import { type ExplainFields, ExplainPage } from './explain.js';

/** Events of one look. */
const NEWEST = 20;
/** Milliseconds for all of them, so that what is written here keeps no other page waiting. */
const BUDGET_MS = 2_000;

/** See the header. */
export function explainViews({ admin }: Pick<PageDeps, 'admin'>): Record<string, View> {
  return {
    '/explain': async (params) => {
      const asked: ExplainFields = {
        endpoint: param(params, 'endpoint'),
        event: param(params, 'event'),
        where: param(params, 'where'),
        template: param(params, 'template'),
      };
      const all = await admin.endpoints();
      const endpoints = all.flatMap(({ name, configured }) =>
        configured && !name.startsWith('alerts/') ? [name] : [],
      );
      const result = asked.endpoint === undefined ? {} : await tried(admin, asked);
      const children = <ExplainPage {...{ fields: asked, endpoints }} {...result} />;
      return { title: 'Explain', here: 'explain', children };
    },
  };
}

/** What is wrong with a filter, a template or an id is shown beside it. */
async function tried(admin: PageDeps['admin'], { event, ...trial }: ExplainFields) {
  const which = event === undefined ? { last: NEWEST } : { id: event };
  try {
    return { explanation: await admin.explain({ ...trial, ...which, budget: BUDGET_MS }) };
  } catch (error) {
    const isWrong =
      error instanceof LongshoreError &&
      (error.code === 'REQUEST_INVALID' || error.code === 'REQUEST_NOT_FOUND');
    if (isWrong) return { refused: error.message };
    throw error;
  }
}
