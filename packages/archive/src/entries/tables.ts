/** The tables, and the numbers that stand for words in them. */
export {
  ACTION_CODES,
  LABEL_KINDS,
  type ManifestRef,
  METHODS,
  SUBJECTS,
  TARGET_KINDS,
  type Tables,
} from '../db/tables.js';
