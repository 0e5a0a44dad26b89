import type { Migration } from '../migration.js';

/** Image events, and the pushes and deletes that they are still to be made of. */
export const images: Migration = {
  id: 4,
  name: 'images',
  sql: `
-- Pushes of manifests and deletes of which nothing has been decided yet: written with their events.
create table image_open (
  at timestamptz not null,
  arrived_at timestamptz not null default now(),
  id uuid not null,
  repository_id int not null,
  -- A push by digest that has been looked at: its index may come.
  waits boolean not null default false,
  primary key (repository_id, at, id));
create index image_open_due on image_open (waits, arrived_at);

create table image_event (
  at timestamptz not null,
  made_at timestamptz not null default now(),
  id uuid not null,
  repository_id int not null,
  -- See IMAGE_ACTIONS.
  type smallint not null,
  published boolean not null default false,
  digest bytea,
  tags text[] not null,
  -- Rows of event that it was made of.
  members uuid[] not null,
  body jsonb not null,
  primary key (id, at)
) partition by range (at);
create index image_event_at on image_event (at desc, id desc);
create index image_event_repository on image_event (repository_id, at desc, id desc);
create index image_event_digest on image_event (digest, at desc) where digest is not null;
create index image_event_unpublished on image_event (at, id) where not published;

alter table manifest add artifact_type text;
-- The registry was asked for it.
alter table manifest add read boolean not null default false;
`,
};
