/** The store in process: {@link io.kvapp.KVServer} and {@link io.kvapp.KVStore}. */
@SuppressWarnings({"requires-automatic", "module"}) // Chronicle's jars, and one built later
module io.kvapp.core {
  requires chronicle.algorithms;
  requires chronicle.bytes;
  requires chronicle.core;
  requires chronicle.map;
  requires chronicle.wire;
  requires java.management;
  requires jdk.jfr;
  requires static jdk.management;
  requires jdk.unsupported;
  requires org.slf4j;

  exports io.kvapp;
  exports io.kvapp.dbm;
  exports io.kvapp.engine.model to
      io.kvapp.etcd;
  exports io.kvapp.transfer to
      io.kvapp.client,
      io.kvapp.server;

  uses io.kvapp.Endpoint;
  uses io.kvapp.StoreProvider;

  provides io.kvapp.StoreProvider with
      io.kvapp.engine.DiskStoreProvider,
      io.kvapp.engine.memory.InMemoryStoreProvider;
}
