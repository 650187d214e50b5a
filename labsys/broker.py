"""The broker: a doorbell for the worker, embedded a queue on the same PostgreSQL (pgmq). The Job row is the truth.

Where a worker dies the broker rings again: after `visibility_timeout` seconds on PostgreSQL and Redis, at
once on RabbitMQ. A second ring for a job that is running does nothing, so the time may be shorter than a job.
"""

from typing import Any

SCHEMES = {"pgmq", "amqp", "amqps", "redis", "rediss"}
REDELIVER_S = 30
REDIS_REDELIVER_S = 900  # longer than any task: Redis hands a task out again whose worker is only slow


def transport_options(url: str, conninfo: str) -> dict[str, Any]:
    """What kombu's transport for that URL needs; `conninfo` is the database of the embedded queue."""
    if url.startswith("pgmq"):
        return {
            "conn_string": conninfo,
            "init_extension": False,  # `migrate` installs the schema; the server extension is not needed
            "visibility_timeout": REDELIVER_S,
            "wait_time_seconds": 0,
            "polling_interval": 0.02,
            "pool_size": 4,
            "pool_timeout": 10,
        }
    if url.startswith("redis"):
        # kombu looks for tasks of dead workers every interval * throttle seconds, by default 100 s
        return {
            "visibility_timeout": REDIS_REDELIVER_S,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
        }
    return {"confirm_publish": True}
