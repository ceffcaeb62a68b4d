/** The store of a KVApp server, used from another process. */
module io.kvapp.client {
  requires transitive io.kvapp.core;
  requires com.google.gson;

  exports io.kvapp.client;

  provides io.kvapp.StoreProvider with
      io.kvapp.client.RemoteStoreProvider;
}
