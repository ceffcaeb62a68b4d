package io.kvapp.server.command;

import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"KVApp " + (version == null ? "(not run from its jar)" : version)};
  }
}
