"""The console's pages: templates, words, styles. Data come from collector/console, by name of page."""
