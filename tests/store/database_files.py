"""What the files of a database hold, whatever its tables say."""

from pathlib import Path

from sqlalchemy import text


def holds(engine, secret: bytes):
    return any(secret in file.read_bytes() for file in _files(engine))


def _files(engine):
    """Every file in which the database keeps rows. PostgreSQL's log of writes is not promised to be clean."""
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database)
        return sorted(path.parent.glob(f"{path.name}*"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        number = connection.execute(
            text("SELECT oid FROM pg_database WHERE datname = current_database()")
        ).scalar_one()
    return [file for file in (folder / "base" / str(number)).iterdir() if file.is_file()]
