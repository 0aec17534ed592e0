"""Is it rigged? Random policies in random worlds against a reading of the texts that was written down beforehand."""
