"""Everything that a hub keeps in one file, and back from it: `insole-hub backup` and `insole-hub restore`."""

from hub.backup.archive import Archive, opened, write_archive
from hub.backup.contents import members_of
from hub.backup.restoring import finish_restore, restore_state

__all__ = ["Archive", "finish_restore", "members_of", "opened", "restore_state", "write_archive"]
