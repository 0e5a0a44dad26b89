/** The archive compared with a registry: `@longshore/archive/reconcile`. */
export { compare } from '../reconcile/compare.js';
export { decide, SECOND_LOOK_MS } from '../reconcile/decide.js';
export { createReconcileStore, type ReconcileStore } from '../reconcile/store.js';
export type { CoveredSpan, Doubt, Finding, FindingKind, KnownTag } from '../reconcile/types.js';
