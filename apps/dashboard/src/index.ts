/** The pages, the API and the board; and what they do, as functions (`@longshore/dashboard/operate`). */
export { createDashboard, type Dashboard, type DashboardParts } from './dashboard.js';
export type { RefusedConfig } from './pages/port.js';
