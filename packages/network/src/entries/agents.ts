/** Sockets for node's HTTP clients: `@longshore/network/agents`. */

export { type AgentOptions, type Agents, openAgents } from '../agents.js';
export { openFetch } from '../fetch.js';
