/** The archive compared with the registries: `@longshore/worker/reconcile`. */
export { reconcileAll } from './all.js';
export { createOnItsWay, type OnItsWay } from './on-its-way.js';
export type { ReconcileReport, ReportedFinding } from './report.js';
export { type Reconciler, type ReconcilerParts, startReconciler } from './start.js';
