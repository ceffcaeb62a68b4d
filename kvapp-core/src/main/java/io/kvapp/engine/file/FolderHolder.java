package io.kvapp.engine.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that has a folder open, named so that no other process passes for it: a process number
 * is given again, a start time within one boot is not.
 *
 * <p>It names the folder too, so that a copy of the folder is not taken for the one that is held.
 * Numbers of another pid namespace say nothing here, so such a holder does not count as alive.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param pid the number of the process
 * @param started when it began: on Linux in clock ticks after the boot, elsewhere in milliseconds
 * @param boot the id of the boot of the system; a dash where there is none
 * @param namespace the pid namespace of the process; a dash where there is none
 * @param folder the device and the file number of the folder; a dash where there is none
 */
public record FolderHolder(long pid, String started, String boot, String namespace, String folder) {
  private static final String UNKNOWN = "-";
  private static final Path PROC = Path.of("/proc");
  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,18}) (\\S{1,99}) (\\S{1,99}) (\\S{1,99}) (\\S{1,99})");

  /** The number of a field of {@code /proc/<pid>/stat} behind the name, less that of the state. */
  private static final int THREADS_FIELD = 17;

  private static final int START_FIELD = 19;

  /** This process, as the holder of a folder that exists. */
  public static FolderHolder of(Path folder) throws IOException {
    long pid = ProcessHandle.current().pid();
    return new FolderHolder(
        pid, startOf(pid).orElse(UNKNOWN), bootId(), namespaceOfThisProcess(), identity(folder));
  }

  /** What tells a file or folder from all others that exist, whatever its name. */
  static String identity(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? UNKNOWN : key.toString().replaceAll("\\s", "");
  }

  /** The holder that a text names; empty where it names none. */
  public static Optional<FolderHolder> parse(String text) {
    Matcher words = TEXT.matcher(text);
    return words.matches()
        ? Optional.of(
            new FolderHolder(
                Long.parseLong(words.group(1)),
                words.group(2),
                words.group(3),
                words.group(4),
                words.group(5)))
        : Optional.empty();
  }

  /** Whether it is another process, alive, that has this very folder open. */
  boolean isOtherHolderOf(Path real) throws IOException {
    return folder.equals(identity(real)) && !equals(of(real)) && isAlive();
  }

  /** Whether the process still runs, as far as this process can see. */
  boolean isAlive() {
    return boot.equals(bootId())
        && namespace.equals(namespaceOfThisProcess())
        && startOf(pid).filter(started::equals).isPresent();
  }

  /** When a process began; empty where there is none, or it has ended and waits for its parent. */
  private static Optional<String> startOf(long pid) {
    String stat = firstLine(PROC.resolve(pid + "/stat"));
    if (stat.equals(UNKNOWN)) {
      return Files.isDirectory(PROC.resolve("self"))
          ? Optional.empty()
          : ProcessHandle.of(pid)
              .flatMap(process -> process.info().startInstant())
              .map(Instant::toEpochMilli)
              .map(String::valueOf);
    }
    // The name of the program, in parentheses, may hold spaces.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    boolean ended = "ZXx".contains(fields[0]) && Integer.parseInt(fields[THREADS_FIELD]) <= 1;
    return ended ? Optional.empty() : Optional.of(fields[START_FIELD]);
  }

  private static String bootId() {
    return firstLine(PROC.resolve("sys/kernel/random/boot_id"));
  }

  private static String namespaceOfThisProcess() {
    try {
      return Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
    } catch (IOException | UnsupportedOperationException unknown) {
      return UNKNOWN;
    }
  }

  private static String firstLine(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      return text.isEmpty() ? UNKNOWN : text;
    } catch (IOException unknown) {
      return UNKNOWN;
    }
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    return pid + " " + started + " " + boot + " " + namespace + " " + folder;
  }
}
