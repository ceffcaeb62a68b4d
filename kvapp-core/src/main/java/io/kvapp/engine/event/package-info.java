/**
 * What the engine tells a recording of the JDK's Flight Recorder. An event that is not recorded
 * costs no more than its object.
 */
package io.kvapp.engine.event;
