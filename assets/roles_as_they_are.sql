-- All that `p24tui db roles --apply` rules over, as it is: each thing under a name of its own. :own are our own roles.

SELECT 'role ' || rolname AS what,
    concat_ws(' ', 'there', CASE WHEN rolcanlogin THEN 'login' END, CASE WHEN rolsuper THEN 'superuser' END,
        CASE WHEN rolcreatedb THEN 'createdb' END, CASE WHEN rolcreaterole THEN 'createrole' END,
        CASE WHEN rolreplication THEN 'replication' END, CASE WHEN rolbypassrls THEN 'bypassrls' END) AS value
FROM pg_roles WHERE rolname = ANY (:own)

UNION ALL
SELECT 'member ' || r.rolname || ' of ' || g.rolname, CASE WHEN bool_or(m.admin_option) THEN 'admin' ELSE 'member' END
FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
WHERE r.rolname = ANY (:own) GROUP BY r.rolname, g.rolname

UNION ALL
SELECT 'row security of ' || relname,
    concat_ws(' ', CASE WHEN relrowsecurity THEN 'on' ELSE 'off' END, CASE WHEN relforcerowsecurity THEN 'forced' END)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')

UNION ALL
SELECT 'policy ' || policyname || ' on ' || tablename,
    concat_ws(' ', permissive, cmd, roles::text, 'USING', qual, 'CHECK', with_check)
FROM pg_policies WHERE schemaname = 'public'

UNION ALL
SELECT 'grant on ' || c.relname || ' to ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
    string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ' ' ORDER BY a.privilege_type)
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner GROUP BY c.relname, a.grantee

UNION ALL
SELECT 'grant on ' || c.relname || '.' || t.attname || ' to '
        || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
    string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ' ' ORDER BY a.privilege_type)
FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner GROUP BY c.relname, t.attname, a.grantee

UNION ALL
SELECT 'grant on schema public to ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
    string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
WHERE n.nspname = 'public' AND a.grantee <> n.nspowner GROUP BY a.grantee

UNION ALL
SELECT 'grant on the database to ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
    string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
WHERE d.datname = current_database() AND a.grantee <> d.datdba GROUP BY a.grantee

UNION ALL
SELECT 'function ' || p.oid::regprocedure,
    md5(concat_ws(' ', p.prosrc, p.prosecdef, p.provolatile, p.proconfig::text, (
        SELECT string_agg(a.grantee::regrole::text, ' ' ORDER BY a.grantee)
        FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee <> p.proowner)))
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND starts_with(p.proname, 'p24_')

UNION ALL
SELECT 'person ' || role, staff_id FROM database_roles

UNION ALL
SELECT 'owned ' || relname || ' by ' || pg_get_userbyid(relowner), 'owner'
FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_get_userbyid(relowner) = ANY (:own)
