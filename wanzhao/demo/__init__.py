"""A county that does not exist, for `wanzhao demo` and the tests: its devices, its register, its plan."""
