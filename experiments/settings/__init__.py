"""From files and overrides to a checked, typed request: looked at, read, composed as Hydra does, converted."""
