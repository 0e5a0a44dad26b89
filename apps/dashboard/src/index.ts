/** The pages, the JSON API and bull-board, as one Koa application. */
export { asksForSignIn } from './access/settings.js';
export { createDashboard, type Dashboard, type DashboardDeps } from './dashboard.js';
export type { RefusedConfig } from './pages/deps.js';
