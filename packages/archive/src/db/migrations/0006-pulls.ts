import type { Migration } from '../migration.js';

/** Pulls as sessions, and lines of registries' logs. */
export const pulls: Migration = {
  id: 6,
  name: 'pulls',
  sql: `
-- Clients that have pulled since their sessions were computed: written with the events and lines.
create table pull_due (
  repository_id int not null,
  -- Of the client, '' where it is not known.
  addr text not null,
  -- Events between these times are new, or their sessions are open.
  from_at timestamptz not null,
  until_at timestamptz not null,
  due_at timestamptz not null,
  -- Changed by each computation.
  turn int not null default 0,
  -- Changed by each batch that is written.
  version int not null default 0,
  primary key (repository_id, addr));
create index pull_due_at on pull_due (due_at);

alter table pull_session
  add client uuid,
  add members uuid[],
  -- No event after it belongs to the session.
  add closes_at timestamptz,
  -- Null while it is open.
  add closed_at timestamptz,
  add revision int not null default 0,
  -- How it is shown: the event, and its layers.
  add body jsonb;
create index pull_session_at on pull_session (at, id);
create index pull_session_state on pull_session (state, at) where state in (4, 5);

-- What a client has got, for 30 days.
create table pull_seen (
  client uuid not null,
  digest bytea not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (client, digest));
create index pull_seen_last on pull_seen (last_at);

-- Sessions of a day by how they ended. No tag: ''.
create table session_day (
  day date not null,
  repository_id int not null,
  tag text not null,
  state smallint not null,
  sessions int not null,
  bytes bigint not null,
  primary key (repository_id, day, tag, state));

-- Requests, as a registry's log has them.
create table log_line (
  at timestamptz not null,
  arrived_at timestamptz not null default now(),
  id uuid not null,
  request_id uuid,
  source_id smallint not null,
  status smallint not null,
  written bigint,
  -- Milliseconds.
  duration double precision,
  method text not null,
  uri text not null,
  repository text,
  reference text,
  is_manifest boolean not null default false,
  addr inet,
  actor text,
  agent text,
  host text,
  -- A pull that failed, and has not been looked at.
  open boolean not null default false,
  primary key (id, at)
) partition by range (at);
create index log_line_request on log_line (request_id) where request_id is not null;
create index log_line_open on log_line (arrived_at) where open;
create index log_line_client on log_line (repository, at) where status < 400;

-- Events of class pull are published from here too: some are about repositories that are not there.
alter table image_event alter column repository_id drop not null;
`,
};
