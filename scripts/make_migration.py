"""Write the next migration step from what the tables say and an up-to-date database lacks.

python scripts/make_migration.py 0002 "what now stands where"
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from traceability.store.migrate import configured, migrate
from traceability.store.schema import open_engine


def main() -> None:
    number, message = sys.argv[1:]
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'empty.db'}", create=True)
        migrate(engine)
        config = configured()
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main()
