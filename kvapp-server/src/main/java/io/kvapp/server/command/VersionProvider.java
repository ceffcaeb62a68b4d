package io.kvapp.server.command;

import picocli.CommandLine.IVersionProvider;

/**
 * The version in the manifest of the jar.
 *
 * <p>Safe for any thread.
 */
final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = VersionProvider.class.getPackage().getImplementationVersion();
    return new String[] {"KVApp " + (version == null ? "(not run from its jar)" : version)};
  }
}
