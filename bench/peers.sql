-- What both peers and the limit write to.
create table token (hash text primary key, tenant text not null, principal text not null, permissions text[] not null, expires_at timestamptz not null);
create table instance (tenant text not null, id text not null, name text not null, data jsonb not null, primary key (tenant, id), unique (tenant, name));
create table outbox (id bigint generated always as identity primary key, tenant text not null, type text not null, subject text not null, payload jsonb not null, created_at timestamptz not null default now());
create table audit (id bigint generated always as identity primary key, tenant text not null, actor text not null, action text not null, subject text not null, request_id text not null, data jsonb not null, at timestamptz not null default now());
create index on audit (tenant, subject);
