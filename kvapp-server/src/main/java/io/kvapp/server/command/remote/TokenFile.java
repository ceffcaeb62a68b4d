package io.kvapp.server.command.remote;

import io.kvapp.KVException;
import io.kvapp.server.file.FileErrors;
import io.kvapp.server.file.FileTrust;
import io.kvapp.server.file.LockedFile;
import io.kvapp.server.file.OwnerOnlyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The tokens that login keeps for later commands, one for each server: {@code
 * $XDG_CONFIG_HOME/kvapp/token}, by default {@code ~/.config/kvapp/token}. Only its owner reads it,
 * and a token goes to no server but its own.
 *
 * <p>Each line has the URL of a server, the token, and when it is to be renewed.
 *
 * <p>All methods may be called from any thread.
 */
final class TokenFile {
  private static final int MAX_BYTES = 1 << 20;

  private final Path file;

  /**
   * A token that is kept.
   *
   * @param token what is sent to the server
   * @param renewAt when another one is asked for
   */
  record Kept(String token, Instant renewAt) {}

  private record Line(String server, Kept kept) {
    String text() {
      return server + " " + kept.token + " " + kept.renewAt + "\n";
    }
  }

  private TokenFile(Path file) {
    this.file = file;
  }

  /** The one of the user whose environment this is. */
  static TokenFile of(Map<String, String> environment) {
    String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path folder =
        config.isEmpty()
            ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".config")
            : Path.of(config);
    return new TokenFile(folder.resolve("kvapp").resolve("token"));
  }

  Path path() {
    return file;
  }

  /**
   * The token for a server.
   *
   * @throws KVException if the file cannot be read, or others could have written it
   */
  Optional<Kept> of(String server) {
    return lines().stream().filter(line -> line.server.equals(server)).map(Line::kept).findFirst();
  }

  /** Keeps a token for a server in place of the one before. */
  void keep(String server, Kept kept) {
    change(
        () -> {
          List<Line> lines = others(server);
          lines.add(new Line(server, kept));
          return lines;
        });
  }

  /** Forgets the token for a server; returns whether there was one. */
  boolean forget(String server) {
    boolean isKnown = of(server).isPresent();
    if (isKnown) {
      change(() -> others(server));
    }
    return isKnown;
  }

  private List<Line> others(String server) {
    List<Line> lines = new ArrayList<>(lines());
    lines.removeIf(line -> line.server.equals(server));
    return lines;
  }

  private List<Line> lines() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      FileTrust.requireFile(file);
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException("it is too large");
      }
      List<Line> lines = new ArrayList<>();
      for (String text : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        String[] parts = text.split(" ");
        if (parts.length == 3) {
          lines.add(new Line(parts[0], new Kept(parts[1], Instant.parse(parts[2]))));
        }
      }
      return lines;
    } catch (IOException | DateTimeException failure) {
      throw new KVException(
          "%s cannot be used (%s); delete it and sign in by kvapp login"
              .formatted(file, failure.getMessage()),
          failure);
    }
  }

  /** Replaces the lines; of changes at the same time, by other processes too, none is lost. */
  private void change(Supplier<List<Line>> lines) {
    try {
      if (!Files.isDirectory(file.getParent())) {
        Files.createDirectories(file.getParent().getParent());
        makePrivate(file.getParent());
      }
      if (!Files.exists(file)) {
        makeEmpty();
      }
      LockedFile.change(file, () -> text(lines.get()));
    } catch (IOException failure) {
      throw new KVException(
          "%s cannot be written (%s); set XDG_CONFIG_HOME to a folder of yours"
              .formatted(file, FileErrors.reason(failure)),
          failure);
    }
  }

  private void makeEmpty() throws IOException {
    try {
      OwnerOnlyFile.create(file, new byte[0]);
    } catch (FileAlreadyExistsException another) {
      // Another process has made it meanwhile.
    }
  }

  private static byte[] text(List<Line> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.text()));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void makePrivate(Path folder) throws IOException {
    try {
      make(folder);
    } catch (FileAlreadyExistsException another) {
      // Another process has made it meanwhile.
    }
  }

  private static void make(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectory(folder);
    }
  }
}
