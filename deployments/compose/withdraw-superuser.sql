-- Given in identity_db by a superuser that is not identity_user, in one transaction; see withdraw-superuser.
-- PostgreSQL's first role can lose its name, but not its rights: so the name goes to a new role, with the password, and
-- with everything that the program made.
ALTER ROLE identity_user RENAME TO postgres;
DO $$
DECLARE
  verifier text := (SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres');
  change text;
BEGIN
  EXECUTE format('CREATE ROLE identity_user LOGIN CREATEDB PASSWORD %L', verifier);
  FOR change IN
    SELECT format('ALTER DATABASE %I OWNER TO identity_user', current_database())
    UNION ALL
    SELECT format('ALTER TABLE %s OWNER TO identity_user', oid::regclass) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    UNION ALL -- those of a column go with their table
    SELECT format('ALTER SEQUENCE %s OWNER TO identity_user', oid::regclass) FROM pg_class c
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i'))
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO identity_user', oid::regprocedure) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('ALTER TYPE %s OWNER TO identity_user', oid::regtype) FROM pg_type
      WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e')
  LOOP
    EXECUTE change;
  END LOOP;
END
$$;
ALTER ROLE postgres PASSWORD NULL;
