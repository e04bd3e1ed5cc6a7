"""The console: what people of the county see and do in a browser. Handlers make data, exporters draw it."""
