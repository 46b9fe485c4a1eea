"""One procrastinate worker that does trivial jobs until there are none.

    python -m tests.bench.procrastinate_worker URL

It says ``ready``, begins at a line on standard input, and at the end prints how many jobs it did, and when it began and
ended (``time.monotonic``).
"""

import asyncio
import logging
import sys
import time

import procrastinate

done = 0


def make_app(url: str) -> procrastinate.App:
    """The app with its one job, which does nothing."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))

    @app.task(name="remind")
    async def remind(number: str, text: str) -> None:
        global done
        done += 1

    return app


async def work(url: str) -> None:
    app = make_app(url)
    async with app.open_async():
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.monotonic()
        await app.run_worker_async(wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False)
        print(done, began, time.monotonic(), flush=True)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(work(sys.argv[1]))
