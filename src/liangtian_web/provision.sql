-- Roles and rights of a Liangtian database. Run as a superuser in the empty database; `embedded.py` runs the same file.
-- The owner makes and changes tables (liangtian-web migrate); the application reads and writes rows and nothing else.
-- Tables that only grow are narrowed further by their own migrations.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO liangtian_owner;
GRANT USAGE ON SCHEMA public TO liangtian_app;
ALTER DEFAULT PRIVILEGES FOR ROLE liangtian_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO liangtian_app;
ALTER DEFAULT PRIVILEGES FOR ROLE liangtian_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO liangtian_app;
