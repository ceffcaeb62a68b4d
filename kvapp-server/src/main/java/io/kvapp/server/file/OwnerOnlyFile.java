package io.kvapp.server.file;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that only its owner reads (0600), replaced as a whole or not at all, even by a crash.
 *
 * <p>All methods may be called from any thread.
 */
public final class OwnerOnlyFile {
  private static final Logger LOG = LoggerFactory.getLogger(OwnerOnlyFile.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private OwnerOnlyFile() {}

  /**
   * Writes {@code content} to {@code file}, and returns once a power cut cannot undo it. A symbolic
   * link stays one: what it points to is replaced. The file keeps its owner and group, so that a
   * server whose file another user replaces goes on reading it.
   *
   * @throws IOException if it cannot be written, or cannot keep its owner and group; it is left
   *     alone then
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
    write(
        target,
        content,
        temporary -> Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE));
  }

  /**
   * Writes {@code content} to {@code file}, which does not exist yet. Of many that do so at a time,
   * one succeeds.
   *
   * @throws FileAlreadyExistsException if it does exist; it is left alone then
   */
  public static void create(Path file, byte[] content) throws IOException {
    Path target = file.toAbsolutePath();
    write(target, content, temporary -> link(temporary, target));
  }

  /**
   * Writes {@code content} to {@code file} unless that exists. Of many that do so at a time, one
   * writes its content.
   *
   * @throws IOException if it is not there and cannot be written
   */
  public static void createIfAbsent(Path file, Supplier<byte[]> content) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    try {
      create(file, content.get());
    } catch (FileAlreadyExistsException madeMeanwhile) {
      LOG.debug("{} was made by another at the same time", file);
    }
  }

  /** Gives a file that is written its name. */
  @FunctionalInterface
  private interface Naming {
    void give(Path temporary) throws IOException;
  }

  private static void write(Path target, byte[] content, Naming naming) throws IOException {
    Path folder = target.getParent();
    if (folder == null) {
      throw new IOException("it is a folder");
    }
    Path temporary = Files.createTempFile(folder, target.getFileName() + ".", ".tmp");
    try {
      if (isPosix(temporary)) {
        Files.setPosixFilePermissions(temporary, OWNER_ONLY);
        if (Files.exists(target)) {
          keepOwner(target, temporary);
        }
      }
      try (FileOutputStream output = new FileOutputStream(temporary.toFile())) {
        output.write(content);
        output.getFD().sync();
      }
      naming.give(temporary);
    } finally {
      Files.deleteIfExists(temporary);
    }
    syncFolder(folder);
  }

  /** Unlike a move, a link never takes the place of a file that another has made meanwhile. */
  private static void link(Path temporary, Path target) throws IOException {
    try {
      Files.createLink(target, temporary);
    } catch (FileAlreadyExistsException exists) {
      throw exists;
    } catch (UnsupportedOperationException | FileSystemException noLinks) {
      Files.move(temporary, target);
    }
  }

  /** Gives {@code temporary} the owner and group of {@code target}, whose place it takes. */
  private static void keepOwner(Path target, Path temporary) throws IOException {
    PosixFileAttributes kept = Files.readAttributes(target, PosixFileAttributes.class);
    PosixFileAttributeView view =
        Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
    PosixFileAttributes made = view.readAttributes();
    try {
      if (!made.group().equals(kept.group())) {
        view.setGroup(kept.group());
      }
      if (!made.owner().equals(kept.owner())) {
        view.setOwner(kept.owner());
      }
    } catch (IOException notPermitted) {
      throw new IOException(
          "it belongs to %s:%s, and this user cannot write a file that does; do this as %s or root"
              .formatted(kept.owner(), kept.group(), kept.owner()),
          notPermitted);
    }
  }

  private static void syncFolder(Path folder) throws IOException {
    if (!isPosix(folder)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
