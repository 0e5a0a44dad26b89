import type { Migration } from '../migration.js';

/** Events, what they say about repositories, tags and manifests, and how many there were each day. */
export const events: Migration = {
  id: 1,
  name: 'events',
  sql: `
create table source (
  id smallint generated always as identity primary key,
  name text not null unique,
  kind text not null);

create table repository (
  id int generated always as identity primary key,
  source_id smallint not null references source,
  name text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  last_push_at timestamptz,
  last_pull_at timestamptz,
  unique (source_id, name)) with (fillfactor = 70);
-- No index has a column that a batch changes: each update would go into the index of the names too.
create index repository_name_trgm on repository using gin (name gin_trgm_ops);

-- Few values, repeated in many rows: see LABEL_KINDS.
create table label (
  id int generated always as identity primary key,
  kind smallint not null,
  name text not null,
  unique (kind, name));

-- Columns in the order that needs the least padding: 8 bytes, 4 bytes, 2 bytes, then those of any length.
create table event (
  at timestamptz not null,
  received_at timestamptz not null,
  size bigint,
  id uuid not null,
  event_uuid uuid,
  request_id uuid,
  repository_id int,
  actor_id int,
  agent_id int,
  media_type_id int,
  host_id int,
  instance_id int,
  from_repository_id int,
  native_type_id int,
  body_bytes int,
  source_id smallint not null,
  action smallint not null,
  kind smallint not null,
  method smallint,
  tag text,
  digest bytea,
  addr inet,
  event_id text,
  body bytea,
  primary key (id, at)
) partition by range (at);
-- Ascending, although the newest are read first: rows come in the order of time, and fill pages to their end.
create index event_at on event (at);
create index event_repository on event (repository_id, at, id);
create index event_tag on event (repository_id, tag, at) where tag is not null;
create index event_write on event (repository_id, tag, at) where tag is not null and action in (1, 3);
create index event_removal on event (repository_id, at) where tag is null and action = 3;
create index event_digest on event (digest, at) where digest is not null;

create table pull_day (
  day date not null,
  repository_id int not null,
  tag text not null default '',
  agent_id int not null default 0,
  pulls bigint not null,
  checks bigint not null,
  bytes bigint not null,
  primary key (repository_id, day, tag, agent_id)) with (fillfactor = 80);

create table push_day (
  day date not null,
  repository_id int not null,
  tag text not null default '',
  actor_id int not null default 0,
  pushes bigint not null,
  deletes bigint not null,
  bytes bigint not null,
  primary key (repository_id, day, tag, actor_id)) with (fillfactor = 80);

-- The same by subject: see SUBJECTS. A list of the first twenty reads a range of days, not every tag and client.
create table activity_day (
  day date not null,
  subject smallint not null,
  subject_id int not null,
  tag text not null default '',
  pulls bigint not null,
  checks bigint not null,
  pushes bigint not null,
  deletes bigint not null,
  bytes bigint not null,
  primary key (subject, day, subject_id, tag)) with (fillfactor = 80);
create index activity_subject on activity_day (subject, subject_id, tag, day);

create table tag_state (
  repository_id int not null,
  tag text not null,
  digest bytea,
  deleted boolean not null default false,
  at timestamptz,
  since timestamptz,
  id uuid,
  actor_id int,
  media_type_id int,
  size bigint,
  last_pull_at timestamptz,
  primary key (repository_id, tag)) with (fillfactor = 80);
create index tag_state_digest on tag_state (digest) where digest is not null;

-- Every push and delete of a tag in its place by time.
create table tag_move (
  at timestamptz not null,
  repository_id int not null,
  tag text not null,
  id uuid not null,
  from_digest bytea,
  to_digest bytea,
  deleted boolean not null default false,
  moved boolean not null default false,
  clears bytea,
  actor_id int,
  media_type_id int,
  size bigint,
  primary key (repository_id, tag, at, id));
create index tag_move_moved on tag_move (repository_id, tag, at desc, id desc) where moved;
create index tag_move_to on tag_move (repository_id, to_digest) where clears is null and to_digest is not null;

create table manifest (
  repository_id int not null,
  digest bytea not null,
  media_type_id int,
  artifact smallint,
  subject bytea,
  platform text,
  size bigint,
  refs jsonb,
  last_pull_at timestamptz,
  primary key (repository_id, digest));
create index manifest_digest on manifest (digest);

create table pull_session (
  at timestamptz not null,
  id uuid not null,
  ended_at timestamptz,
  state smallint not null,
  repository_id int not null,
  tag text,
  digest bytea,
  platform text,
  actor_id int,
  agent_id int,
  addr inet,
  expected_bytes bigint,
  seen_bytes bigint,
  clients smallint,
  evidence smallint,
  primary key (id, at)
) partition by range (at);
create index pull_session_repository on pull_session (repository_id, at desc, id desc);

create table coverage (
  source_id smallint not null,
  since timestamptz not null,
  until timestamptz not null,
  verdict smallint not null,
  note text,
  primary key (source_id, since));
`,
};
