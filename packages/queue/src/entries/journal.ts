/** Notes of what commands did, which a worker records: `@longshore/queue/journal`. */
export {
  type Acted,
  createJournal,
  type Journal,
  type JournalEntry,
  type OperatedDelivery,
} from '../operate/journal.js';
export {
  type CountedNotes,
  createJournalReader,
  type JournalReader,
  type NotesPage,
  type StoredNote,
} from '../operate/journal-reader.js';
