/** What happened to events, kept longer than the trail: `@longshore/archive/history`. */
export {
  type CopiedTurn,
  createHistoryCopier,
  type HistoryCopier,
  type HistoryCopierParts,
} from '../history/copy.js';
export { createHistoryStore } from '../history/log.js';
