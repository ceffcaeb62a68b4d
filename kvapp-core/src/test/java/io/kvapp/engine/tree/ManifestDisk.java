package io.kvapp.engine.tree;

import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** A disk on which the manifest cannot be replaced as long as a failure is set. */
public final class ManifestDisk extends Disk {
  public volatile IOException failure;

  @Override
  public void rename(Path from, Path to) throws IOException {
    IOException now = failure;
    if (now != null && to.getFileName().toString().equals(Manifest.NAME)) {
      throw now;
    }
    super.rename(from, to);
  }
}
