/** The store on an etcd cluster. */
@SuppressWarnings("requires-automatic") // the jars of libraries are all that there is
module io.kvapp.etcd {
  requires transitive io.kvapp.core;
  requires com.google.protobuf;
  requires io.grpc;
  requires io.grpc.netty;
  requires io.kvapp.client;
  requires java.logging; // of gRPC
  requires jetcd.grpc;
  requires org.slf4j;

  exports io.kvapp.etcd;

  provides io.kvapp.StoreProvider with
      io.kvapp.etcd.EtcdStoreProvider;
}
