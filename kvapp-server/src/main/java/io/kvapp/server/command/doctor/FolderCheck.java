package io.kvapp.server.command.doctor;

import io.kvapp.KVException;
import io.kvapp.server.file.FileTrust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether the data folder is there, and who may use it.
 *
 * <p>For one thread; used once.
 */
final class FolderCheck implements Check {
  private final Path folder;
  private final boolean isNamed;

  /**
   * A check.
   *
   * @param isNamed whether somebody has named it, and so expects it to be there
   */
  FolderCheck(Path folder, boolean isNamed) {
    this.folder = folder;
    this.isNamed = isNamed;
  }

  /** The nearest folder that exists, from a path upwards. */
  static Path existing(Path folder) {
    Path existing = folder.toAbsolutePath().normalize();
    while (!Files.isDirectory(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    return existing;
  }

  @Override
  public List<Finding> findings() {
    Path absolute = folder.toAbsolutePath().normalize();
    if (Files.isDirectory(folder)) {
      return List.of(Finding.ok("folder", absolute.toString()), access());
    }
    if (Files.exists(folder)) {
      return List.of(
          Finding.fail("folder", absolute + " is no folder", "name another one with --data"));
    }
    return List.of(
        isNamed
            ? Finding.warn(
                "folder",
                absolute + " is not there, and serve would make it, empty",
                "if there is data already, correct --data")
            : Finding.ok("folder", absolute + " is not there yet; serve makes it"));
  }

  private Finding access() {
    try {
      FileTrust.requireFolder("data folder", folder);
      return FileTrust.isReadableByOthers(folder)
          ? Finding.warn(
              "access",
              "other users can list " + folder + ", which serve makes for its owner alone",
              "run: chmod 700 " + folder)
          : Finding.ok("access", "owner and modes keep other users out");
    } catch (KVException others) {
      return Finding.fail("access", others, folder);
    } catch (IOException unknown) {
      throw new UncheckedIOException(unknown);
    }
  }
}
