/** Image events and pulls as the reader gives them, and its filters of them. */
export { PULL_STATES, type PullPart, type PullState } from '../pulls/types.js';
export type {
  ArchivedImageEvent,
  ArchivedSession,
  ImageEventDetail,
  ImageEventFilter,
  SessionDay,
  SessionDetail,
  SessionFilter,
} from '../read/made/types.js';
