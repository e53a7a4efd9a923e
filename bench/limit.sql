\set tenant random(1, 500)
\startpipeline
begin;
insert into instance (tenant, id, name, data) values ('ten_' || :tenant, 'ain_' || gen_random_uuid(), gen_random_uuid()::text, :json::jsonb);
insert into outbox (tenant, type, subject, payload) values ('ten_' || :tenant, 'agent_instance.drafted', 'ain_x', :json::jsonb);
insert into audit (tenant, actor, action, subject, request_id, data) values ('ten_' || :tenant, 'prn_x', 'agent_instance.drafted', 'ain_x', 'req_x', :json::jsonb);
commit;
\endpipeline
