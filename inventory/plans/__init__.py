"""The profiles that come with wanzhao: one TOML file each, in the format of docs/plans.md."""
