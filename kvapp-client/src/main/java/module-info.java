/** The store of a KVApp server, used from another process. */
@SuppressWarnings("module") // one is built later
module io.kvapp.client {
  requires transitive io.kvapp.core;
  requires com.google.gson;

  exports io.kvapp.client;
  exports io.kvapp.client.transfer to
      io.kvapp.etcd;

  provides io.kvapp.StoreProvider with
      io.kvapp.client.RemoteStoreProvider;
}
