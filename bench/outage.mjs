/**
 * PostgreSQL stopped in the middle of a stream: what the archive has in the end, and what another endpoint sees meanwhile.
 *
 * `node outage.mjs [EVENTS] [RATE]`, from the bench folder after a build, on Linux.
 */
import { outage } from './archive/outage.mjs';

const [events, rate] = [Number(process.argv[2] ?? 5_000), Number(process.argv[3] ?? 150)];
const { phases, ...counts } = await outage({ events, rate });
console.table(phases);
console.log(JSON.stringify(counts));
process.exit(counts.events === counts.posted && counts.rows === counts.posted && counts.dead === 0 ? 0 : 1);
