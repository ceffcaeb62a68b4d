package io.kvapp.server.command;

import io.kvapp.server.settings.BuildInfo;
import picocli.CommandLine.IVersionProvider;

/**
 * Version and commit of this build.
 *
 * <p>Safe for any thread.
 */
final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"KVApp " + BuildInfo.current()};
  }
}
