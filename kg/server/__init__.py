"""The graph over HTTP: a SPARQL 1.1 endpoint, a page for each entity, and a page to write queries.

A request comes in at `app.py`, is understood in `protocol.py` or `pages.py`, and is answered by one of the processes of
`pool.py`, which run `worker.py` and can be killed at any time. Nothing is imported here, so that a worker starts at once.
"""
