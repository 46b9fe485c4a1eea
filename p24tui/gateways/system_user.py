"""The operating system's user, where that says who one is: as the kernel knows it, not as the environment claims."""

import os
import sys


def system_user() -> str:
    """The name of the user that this process runs as."""
    if sys.platform == "win32":
        return os.getlogin()
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
