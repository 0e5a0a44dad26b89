/** A registry that is listed. */
export type { ListableRegistry } from '../list-port.js';
export { openListableRegistry } from '../lister.js';
