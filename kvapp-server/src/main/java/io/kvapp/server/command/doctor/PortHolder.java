package io.kvapp.server.command.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which process listens on a port, as Linux tells it in {@code /proc}: of other users' processes
 * only to root.
 *
 * <p>Stateless, safe for any thread.
 */
final class PortHolder {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";
  private static final int ADDRESS_FIELD = 1;
  private static final int STATE_FIELD = 3;
  private static final int INODE_FIELD = 9;

  private PortHolder() {}

  /** The process; empty where there is none, or it is not told. */
  static Optional<String> of(int port) {
    Set<String> links = new HashSet<>();
    addSockets(links, PROC.resolve("net/tcp"), port);
    addSockets(links, PROC.resolve("net/tcp6"), port);
    if (links.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(process(links).orElse("a process of another user"));
  }

  private static void addSockets(Set<String> links, Path table, int port) {
    String suffix = ":%04X".formatted(port);
    for (String line : text(table).split("\n")) {
      String[] fields = line.strip().toUpperCase(Locale.ROOT).split("\\s+");
      if (fields.length > INODE_FIELD
          && fields[ADDRESS_FIELD].endsWith(suffix)
          && fields[STATE_FIELD].equals(LISTENING)) {
        links.add("socket:[" + fields[INODE_FIELD] + "]");
      }
    }
  }

  private static Optional<String> process(Set<String> links) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (hasAny(process.resolve("fd"), links)) {
          String name = text(process.resolve("comm")).strip();
          return Optional.of("process " + process.getFileName() + " (" + name + ")");
        }
      }
    } catch (IOException withoutProc) {
      // Nothing is told.
    }
    return Optional.empty();
  }

  private static boolean hasAny(Path descriptors, Set<String> links) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : found) {
        if (links.contains(target(descriptor))) {
          return true;
        }
      }
    } catch (IOException endedOrOfAnotherUser) {
      // Nothing is told.
    }
    return false;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException closed) {
      return "";
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException notThere) {
      return "";
    }
  }
}
