"""The database: tables, connections, migrations. The truth about every request."""
