import type { Migration } from '../migration.js';

/** What happened to events: the entries of the trail, kept longer; and replays. */
export const history: Migration = {
  id: 2,
  name: 'history',
  sql: `
-- Endpoints, sources, repositories and reasons.
create table history_word (
  id int generated always as identity primary key,
  word text not null unique);

-- An entry. Its subject is an event, else a delivery or a quarantined request. What has no column is in rest.
create table history (
  at timestamptz not null,
  id bigint not null,
  subject uuid not null,
  delivery uuid,
  endpoint int,
  source int,
  repository int,
  reason int,
  attempt int,
  ms int,
  status smallint,
  step smallint not null,
  outcome smallint,
  tag text,
  digest bytea,
  event text,
  rest bytea,
  primary key (subject, at, id)
) partition by range (at);
create index history_delivery on history (delivery, at desc) where delivery is not null;
create index history_repository on history (repository, at desc) where repository is not null;
create index history_tag on history (repository, tag, at desc) where tag is not null;
create index history_digest on history (digest, at desc) where digest is not null;

-- Up to where each part of a relay's trail is copied; at and n as in FeedPosition.
create table history_cursor (
  part text primary key,
  at bigint not null,
  n bigint not null,
  looked_at timestamptz not null,
  since timestamptz);

-- Replays, so that one that was interrupted continues. at and event_id: the last event that is done.
create table replay_run (
  id text primary key,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  at timestamptz,
  event_id uuid,
  settings jsonb not null,
  counts jsonb not null);
create index replay_run_started on replay_run (started_at desc);
`,
};
