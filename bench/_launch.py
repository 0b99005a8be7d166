"""Start a command from a process as small as can be, and report its wall time and peak memory.

``python -I -S _launch.py REPORT LOG COMMAND...``. On Linux a child's peak memory starts at that of
the process it was started from, so a benchmark that holds vectors would be counted into its child.
Imports nothing but the standard library's smallest parts, for the same reason.
"""

import os
import sys
import time


def main(report: str, log: str, command: list[str]) -> None:
    """Run ``command`` with both outputs in ``log``; write ``wall_s maxrss exit_code cpu_s``."""
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            os.write(2, f"{command[0]}: {error}\n".encode())
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    wall_s = time.perf_counter() - start
    with open(report, "w", encoding="utf-8") as file:
        cpu_s = usage.ru_utime + usage.ru_stime
        file.write(f"{wall_s} {usage.ru_maxrss} {os.waitstatus_to_exitcode(status)} {cpu_s}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
