"""The front door: the `wanzhao` command and the demo county. Imported by nobody."""
