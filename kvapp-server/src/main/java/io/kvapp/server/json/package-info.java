/**
 * Reads and writes JSON. {@link io.kvapp.server.json.JsonMembers} is the one door for reading:
 * plain objects go a fast path, everything else through gson; both have the same outcome. {@link
 * io.kvapp.server.json.JsonOutput} writes strings straight from the bytes of the store.
 */
package io.kvapp.server.json;
