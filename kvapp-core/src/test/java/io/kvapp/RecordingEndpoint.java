package io.kvapp;

import java.util.ArrayList;
import java.util.List;

/** An endpoint that serves nobody and writes down what is done with it. */
public class RecordingEndpoint implements Endpoint {
  static final List<String> EVENTS = new ArrayList<>();

  KVStore store;
  ServerSettings settings;
  KVException failure;
  KVException closeFailure;

  @Override
  public void start(KVStore startedStore, ServerSettings startedSettings) {
    EVENTS.add("start");
    store = startedStore;
    settings = startedSettings;
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public int port() {
    return 4711;
  }

  @Override
  public void close() {
    store.size();
    EVENTS.add("close with an open store");
    if (closeFailure != null) {
      throw closeFailure;
    }
  }
}
