/** Who acts, with which role, and the record of it: `@longshore/operator/access`. */
export { type Act, type Acts, createActs } from './acts.js';
export { type Actor, type DashboardRole, mayAct, roleOfGroups } from './role.js';
