"""SQLAlchemy and nothing else: tables, queries, transactions, migrations, the change feed.

Services take a ``Store`` and hand its transactions (``Tx``) to the typed queries of the modules here.
"""
