/** The command `longshore`, as its bin shim loads it. */
export { main } from './main.js';
