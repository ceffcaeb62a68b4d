package io.kvapp.server.command.doctor;

import java.util.List;

/**
 * Looks at one thing, or a few that belong together.
 *
 * <p>For one thread; used once.
 */
@FunctionalInterface
interface Check {
  /** What it finds, in the order in which it is told; nothing where it does not apply. */
  List<Finding> findings();
}
