package io.kvapp.server.command.doctor;

import io.kvapp.KVException;
import io.kvapp.server.file.FileErrors;
import io.kvapp.server.file.FileTrust;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that only its owner may change and should read.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param check what it is, as the findings name it
 */
record SecretFile(String check, Path file) {
  /** Reads the file. */
  @FunctionalInterface
  interface Reader {
    /**
     * Reads the file.
     *
     * @throws KVException if its content cannot be used; the message names the file
     */
    Finding read() throws IOException;
  }

  /** What a server would find, whose content {@code reader} judges. */
  Finding finding(Reader reader) {
    try {
      FileTrust.requireFile(file);
      Finding content = reader.read();
      return content.status() == Finding.Status.OK && FileTrust.isReadableByOthers(file)
          ? Finding.warn(check, file + " can be read by other users", "run: chmod 600 " + file)
          : content;
    } catch (KVException unusable) {
      return Finding.fail(check, unusable, file);
    } catch (IOException unreadable) {
      Finding found =
          Finding.fail(check, file + " cannot be used: " + FileErrors.reason(unreadable), file);
      return found.fix().isEmpty()
          ? found.withFix("name another file, or let this user read it")
          : found;
    }
  }
}
