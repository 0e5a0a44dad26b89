/** Text for a terminal: `@longshore/operator/terminal`. */
export { type Column, table } from './table.js';
export { block, properties, TIME_WIDTH, truncate, wrap } from './text.js';
