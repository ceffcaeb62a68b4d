/**
 * HTTP/1.1 over sockets: a {@code Connection} sends requests to one server and receives responses,
 * each as its {@code Delivery} says, over an {@code HttpSocket} that is idle or that the {@code
 * Dialer} makes.
 */
package io.kvapp.client.http.connection;
