/** The queues, to look at. */
export { createDashboard, type Dashboard } from './dashboard.js';
