-- Given once, on an empty volume, by the image's superuser "postgres" and over its socket. What authz and idp connect as
-- owns the database and may make others (a restore loads the backup beside the present one); nothing else.
SET log_min_duration_statement = -1; -- a password stands in what follows
SET log_min_error_statement = panic;
\getenv password POSTGRES_PASSWORD
CREATE ROLE identity_user LOGIN CREATEDB PASSWORD :'password';
ALTER DATABASE identity_db OWNER TO identity_user;
-- from now on the superuser exists on the container's own socket alone: docker exec -it identity-postgres psql -U postgres
ALTER ROLE postgres PASSWORD NULL;
