/** A real PostgreSQL of this process’s own, for an archive that names none; joined by the other processes of its `datadir`. */
export { listPostgres, type PostgresPrograms } from './locate.js';
export { PORT, probe, ROLE } from './probe.js';
export { type ServerUser, serverUser } from './server-user.js';
export {
  type EmbeddedPostgresOptions,
  joinEmbeddedPostgres,
  type PostgresAddress,
  postgresAddress,
  startEmbeddedPostgres,
} from './start.js';
