/** The archive for the API and the command: filters as written, schemas of answers, CSV. `@longshore/operator/archive`. */
export { archiveAnswers } from './answers.js';
export { CSV_COLUMNS, csvItem, csvLine } from './csv.js';
export { madeQueries } from './made.js';
export { everyPage } from './pages.js';
export { eventQuery, filterOf, repositoryQuery, statsQuery, unusedQuery, windowOf } from './query.js';
