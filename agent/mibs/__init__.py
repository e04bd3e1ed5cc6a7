"""One file per standard MIB: columns in, plain facts out."""
