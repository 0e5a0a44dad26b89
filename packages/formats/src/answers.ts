/** What a receiver's answers mean. Statuses of other formats than the registry's are final more often. */

/** Absent fields: as for the registry's own notifications, where any 2xx is success and only 410 is final. */
export interface Answers {
  /** Statuses that are success. Absent: every 2xx. */
  statuses?: readonly number[];
  /** What the body must be for success: compared with the first {@link BODY_BYTES} bytes of it, trimmed. */
  body?: string;
  /** Statuses after which no retry can help. */
  final?: readonly number[];
}

/** Bytes of an answer that are compared with {@link Answers.body}. */
export const BODY_BYTES = 1024;

/** The same request gets the same answer again from every consumer that was read. */
const FINAL = [400, 401, 403, 404, 405, 410, 413, 422, 501] as const;

/** Of every format but the registry's own. */
export const PRESET_ANSWERS: Answers = { final: FINAL };

/** The receiver may not be ready yet when it answers 404. */
export const LATE_ANSWERS: Answers = { final: FINAL.filter((status) => status !== 404) };
