/** The pages, the JSON API and bull-board, as one Koa application. */
export { createDashboard, type Dashboard, type DashboardDeps } from './dashboard.js';
export type { RefusedConfig } from './pages/deps.js';
