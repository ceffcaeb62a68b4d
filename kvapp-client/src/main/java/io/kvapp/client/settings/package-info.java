/** {@code RemoteSettings}: which server a store is of, who signs in, and how it is connected to. */
package io.kvapp.client.settings;
