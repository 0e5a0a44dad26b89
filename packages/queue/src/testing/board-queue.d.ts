/** Tests read queues through `boardQueue`; for them its opaque type is BullMQ's. Part of `tsconfig.tests.json` only. */
import type { Queue } from 'bullmq';

declare module '../inspector.js' {
  interface BoardQueue extends Queue {}
}
declare module '../../dist/inspector.js' {
  interface BoardQueue extends Queue {}
}
