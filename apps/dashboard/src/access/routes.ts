/**
 * Which role each route of pages and API asks for: the one table. A route without a row is refused for everyone
 * ({@link protectRoutes}), and a test that walks all routes fails. Deleting many asks for more than its row says
 * ({@link assertMayDrop}), since the request's body tells one from many.
 */
import type Router from '@koa/router';
import { LongshoreError } from '@longshore/event';
import { type Actor, type DashboardRole, mayAct } from '@longshore/operator/access';
import { ACTIONS } from '@longshore/operator/actions';
import type { BulkJob } from '@longshore/operator/bulk';
import type { Context, Middleware } from 'koa';

const LOOK = [
  '/',
  '/assets/icon.svg',
  '/assets/longshore.css',
  '/assets/longshore.js',
  '/dead',
  '/dead/drop',
  '/dead/retry',
  '/deliveries/:id',
  '/endpoints/:name',
  '/endpoints/:name/preheats/:id',
  '/event',
  '/events',
  '/images',
  '/live',
  '/operations',
  '/operations/:id',
  '/pull',
  '/pulls',
  '/push',
  '/pushes',
  '/quarantine',
  '/quarantine/:id',
  '/replay',
  '/quarantine/drop',
  '/quarantine/retry',
  '/repositories',
  '/repository',
  '/search',
  '/statistics',
  '/tag',
  '/unused',
  '/api/v1/archive/coverage',
  '/api/v1/archive/events',
  '/api/v1/archive/image-events',
  '/api/v1/archive/images',
  '/api/v1/archive/repositories',
  '/api/v1/archive/sessions',
  '/api/v1/archive/stats/pulls',
  '/api/v1/archive/stats/sessions',
  '/api/v1/archive/stats/top',
  '/api/v1/archive/tags',
  '/api/v1/archive/tags/moves',
  '/api/v1/archive/unused',
  '/api/v1/configuration/rejected',
  '/api/v1/dead',
  '/api/v1/dead/:id',
  '/api/v1/dead/groups',
  '/api/v1/deliveries',
  '/api/v1/deliveries/:id',
  '/api/v1/endpoints',
  '/api/v1/endpoints/:name',
  '/api/v1/endpoints/:name/preheats',
  '/api/v1/openapi.json',
  '/api/v1/operations',
  '/api/v1/operations/:id',
  '/api/v1/quarantine',
  '/api/v1/quarantine/:id',
  '/api/v1/trace',
];

const OPERATE = [
  '/dead/drop',
  '/dead/retry',
  '/operations/:id/cancel',
  '/operations/:id/continue',
  '/quarantine/drop',
  '/quarantine/retry',
  '/replay',
  '/endpoints/:name/test',
  '/api/v1/endpoints/:name/test',
  '/api/v1/dead/drop',
  '/api/v1/dead/retry',
  '/api/v1/operations/:id/cancel',
  '/api/v1/operations/:id/continue',
  '/api/v1/quarantine/drop',
  '/api/v1/quarantine/retry',
  '/api/v1/replay',
];

/** Shows bodies of events, and runs what is written there. */
const EXPLAIN = ['/explain', '/api/v1/explain'];

/** Reveals addresses, folders and versions. */
const ADMIN = ['/doctor'];

/** The role by method and pattern of the path: `GET /dead/:id`. */
export const ROUTE_ROLES: ReadonlyMap<string, DashboardRole> = new Map<string, DashboardRole>([
  ...LOOK.map((path) => [`GET ${path}`, 'viewer'] as const),
  ...EXPLAIN.map((path) => [`GET ${path}`, 'operator'] as const),
  ...ADMIN.map((path) => [`GET ${path}`, 'admin'] as const),
  ...OPERATE.map((path) => [`POST ${path}`, 'operator'] as const),
  ...ACTIONS.flatMap(({ name, role }) =>
    ['', '/api/v1'].map((base) => [`POST ${base}/endpoints/:name/${name}`, role] as const),
  ),
]);

/** Who sent the request; set by `authenticate` before any route. */
export const actorOf = (ctx: Pick<Context, 'state'>): Actor => ctx.state.actor;

/** Puts the check of its role before the handler of each route. To be called when all routes are added. */
export function protectRoutes(router: Router): void {
  for (const layer of router.stack) {
    const [method] = layer.methods.filter((name) => name !== 'HEAD');
    if (method !== undefined) layer.stack.unshift(requireRole(`${method} ${layer.path}`));
  }
}

function requireRole(route: string): Middleware {
  const needed = ROUTE_ROLES.get(route);
  return (ctx, next) => {
    if (needed === undefined) throw refused(`no role may use ${route}: it has no row in the table of routes`);
    assertRole(actorOf(ctx), needed);
    return next();
  };
}

/** @throws LongshoreError REQUEST_REFUSED */
export function assertRole({ role }: Actor, needed: DashboardRole, what = 'this'): void {
  if (!mayAct(role, needed))
    throw refused(
      `${what} needs the role ${needed}; yours is ${role}. dashboard.roles assigns roles to groups, and dashboard.auth.tokens.NAME.role to a token`,
    );
}

/** One is an operator's business, many an admin's. @param id of the filter @throws LongshoreError REQUEST_REFUSED */
export function assertMayDrop(actor: Actor, id: string | readonly string[] | undefined): void {
  const isOne = typeof id === 'string' || id?.length === 1;
  assertRole(actor, isOne ? 'operator' : 'admin', isOne ? 'deleting' : 'deleting more than one');
}

/** To continue a deletion asks for what the deletion itself does. @throws LongshoreError REQUEST_REFUSED */
export function assertMayContinue(actor: Actor, { action, query }: BulkJob): void {
  if (action === 'drop') assertMayDrop(actor, query.id);
}

const refused = (message: string): LongshoreError => new LongshoreError('REQUEST_REFUSED', message);
