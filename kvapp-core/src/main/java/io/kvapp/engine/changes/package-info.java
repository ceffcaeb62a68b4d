/**
 * What has changed, and up to which revision all of it can be seen: {@code ChangeReader} is what
 * callers of {@code changes()} get, over a {@code ChangeLog}, in which a kind of store keeps its
 * past changes, up to the {@code Watermark} of a store in a folder.
 */
package io.kvapp.engine.changes;
