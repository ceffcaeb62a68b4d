package io.kvapp.server.settings;

/** What the {@code prefix} of the HTTP search is matched against. */
public enum PrefixScope {
  /** Keys: a search costs what it returns. */
  KEYS,

  /** Values, as the Python KVApp does: a search reads every entry. */
  VALUES
}
