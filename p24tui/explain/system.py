"""What the system says is wrong with a file, in words."""

import errno
import os

from p24tui.i18n import N_

SYSTEM_WORDS = {
    os.strerror(number): words
    for number, words in (
        (errno.ENOENT, N_("mappen eller filen finns inte")),
        (errno.ENOTDIR, N_("en del av sökvägen är ingen mapp")),
        (errno.EISDIR, N_("det är en mapp")),
        (errno.ENAMETOOLONG, N_("namnet är för långt")),
        (errno.EACCES, N_("behörighet saknas")),
        (errno.EPERM, N_("det är inte tillåtet")),
        (errno.EROFS, N_("disken är skrivskyddad")),
        (errno.ENOSPC, N_("disken är full")),
        (errno.EIO, N_("disken går inte att läsa eller skriva")),
    )
}
"""By the system's own words."""
