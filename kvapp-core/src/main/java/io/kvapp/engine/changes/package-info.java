/** What has changed, and up to which revision all of it can be seen. */
package io.kvapp.engine.changes;
