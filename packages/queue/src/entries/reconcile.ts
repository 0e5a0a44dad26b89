/** For the comparison with registries: what they sent, what waits on disks, what is remembered: `@longshore/queue/reconcile`. */
export {
  type CountedLoss,
  type CounterLook,
  type CounterState,
  createReconcileMemory,
  type ReconcileDue,
  type ReconcileMemory,
  type RegistryCounters,
} from '../reconcile/memory.js';
export {
  createReceivedReader,
  createReceivedTally,
  type ReceivedReader,
  type ReceivedTally,
  type Sender,
} from '../reconcile/received.js';
