package io.kvapp.engine.tree;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.FolderHolder;
import io.kvapp.engine.file.FormatNumber;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.journal.JournalHistory;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFile;
import io.kvapp.engine.sstable.SSTableFileName;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * Which files make up the store: the file {@code MANIFEST}, replaced as a whole.
 *
 * <p>It is text of {@code name=value} lines; the last line holds the CRC32C of those before it.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param revision the last revision when it was written; of a clean store the last there is
 * @param nextSSTable the number of the next SSTable
 * @param journal the sequence of the first journal segment that is not in an SSTable, or {@link
 *     #NO_JOURNAL} if the store was closed cleanly, or {@link #BACKUP}
 * @param entries how many entries the SSTables hold; {@link #UNKNOWN} where they must be counted
 * @param sstables the SSTables, newest first
 * @param map the hash table that agrees with the SSTables; empty where one must be filled anew
 * @param holder the process that has the store open; empty for one that is closed
 * @param history the journal segments that readers of changes alone need, oldest first
 */
public record Manifest(
    long revision,
    long nextSSTable,
    long journal,
    long entries,
    List<SSTable.Identity> sstables,
    Optional<MapFile> map,
    Optional<FolderHolder> holder,
    List<JournalHistory.Identity> history) {

  /**
   * A hash table that was closed cleanly.
   *
   * @param name its name in the folder
   * @param entries how many entries it is laid out for
   * @param keyBytes the average length of the keys it is laid out for
   * @param valueBytes the average length of the values it is laid out for
   * @param check the checksum of the checksums of its parts
   */
  public record MapFile(String name, long entries, int keyBytes, int valueBytes, long check) {}

  /** The {@link #journal} of a store that has none to replay. */
  public static final long NO_JOURNAL = 0;

  /** The {@link #journal} of a backup, which has none either. */
  public static final long BACKUP = -1;

  /** The {@link #entries} of a store whose entries must be counted. */
  public static final long UNKNOWN = -1;

  public static final String NAME = "MANIFEST";

  /** The names of manifests that are not whole. */
  public static final Pattern TEMPORARY = Pattern.compile("MANIFEST(\\.\\d{1,9})?\\.tmp");

  /** What opening a store without its manifest drops. */
  public static final String NOT_FOUND_AGAIN =
      "what the other files of the folder do not hold, and may bring deleted keys back";

  private static final Pattern FORMAT_LINE = Pattern.compile("format=(\\d{1,9})\n");
  private static final Pattern MAP_NAME = Pattern.compile("live-\\d{1,18}(-huge)?\\.map");
  private static final Pattern HOLDER_LINE = Pattern.compile("(?m)^holder=(.*)$");
  private static final long MAX_BYTES = 64 << 20;

  /** The manifest of a store that no process has open. */
  public Manifest(
      long revision,
      long nextSSTable,
      long journal,
      long entries,
      List<SSTable.Identity> sstables,
      Optional<MapFile> map) {
    this(revision, nextSSTable, journal, entries, sstables, map, Optional.empty(), List.of());
  }

  public boolean isClean() {
    return journal == NO_JOURNAL || isBackup();
  }

  /** Whether it is that of a backup, from which other stores may have been made before. */
  public boolean isBackup() {
    return journal == BACKUP;
  }

  /** Replaces the manifest of a folder and waits until it is on the disk. */
  public void write(Disk disk, Path folder) throws IOException {
    Path temporary = temporary(folder);
    disk.delete(temporary);
    byte[] text = text().getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel = disk.create(temporary)) {
      disk.write(channel, temporary, ByteBuffer.wrap(text));
      disk.force(channel, temporary);
    }
    disk.rename(temporary, folder.resolve(NAME));
  }

  /** The first name for a manifest that is not whole which no folder bears. */
  private static Path temporary(Path folder) {
    Path file = folder.resolve(NAME + ".tmp");
    for (int i = 1; Files.isDirectory(file); i++) {
      file = folder.resolve(NAME + "." + i + ".tmp");
    }
    return file;
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    line(text, "format", FormatNumber.CURRENT);
    line(text, "revision", revision);
    line(text, "nextSnapshot", nextSSTable);
    line(text, "journal", journal);
    line(text, "entries", entries);
    map.ifPresent(
        file -> {
          line(text, "map", file.name());
          line(text, "map.entries", file.entries());
          line(text, "map.keyBytes", file.keyBytes());
          line(text, "map.valueBytes", file.valueBytes());
          line(text, "map.check", Long.toHexString(file.check()));
        });
    holder.ifPresent(process -> line(text, "holder", process));
    if (!history.isEmpty()) {
      line(
          text,
          "history",
          history.stream()
              .map(each -> each.sequence() + ":" + each.before() + ":" + each.last())
              .collect(Collectors.joining(" ")));
    }
    line(text, "snapshots", sstables.size());
    for (int i = 0; i < sstables.size(); i++) {
      SSTable.Identity sstable = sstables.get(i);
      line(text, "snapshot." + i, sstable.lowRevision() + " " + sstable.highRevision());
      files(text, "snapshot." + i + ".files", sstable.files());
    }
    line(text, "check", check(text));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, Object value) {
    text.append(name).append('=').append(value).append('\n');
  }

  private static void files(
      StringBuilder text, String name, List<SSTableFile.Identity> identities) {
    List<String> words = new ArrayList<>();
    for (SSTableFile.Identity file : identities) {
      words.add(file.name() + ":" + file.bytes() + ":" + Integer.toHexString(file.checksum()));
    }
    line(text, name, String.join(" ", words));
  }

  private static String check(CharSequence text) {
    CRC32C crc = new CRC32C();
    crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }

  /**
   * Reads the manifest of a folder.
   *
   * @return empty when there is none
   * @throws KVException.Corrupt if it is damaged
   * @throws KVException.UnknownFormat if another version of KVApp wrote it
   */
  public static Optional<Manifest> read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    StoreFailures.requireFile(file);
    if (Files.size(file) > MAX_BYTES) {
      throw damaged(file, "it has more than " + MAX_BYTES + " bytes");
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    // The format comes first, since another version may have another checksum.
    Matcher format = FORMAT_LINE.matcher(text);
    if (format.lookingAt() && !format.group(1).equals(FormatNumber.CURRENT)) {
      throw new KVException.UnknownFormat(file, format.group(1), FormatNumber.CURRENT);
    }
    int last = text.lastIndexOf("\ncheck=");
    if (last < 0 || !text.substring(last + 1).equals("check=" + check(text, last + 1) + "\n")) {
      throw damaged(file, "it does not match its checksum");
    }
    try {
      Properties lines = new Properties();
      lines.load(new StringReader(text));
      return Optional.of(parse(lines));
    } catch (RuntimeException malformed) {
      throw damaged(file, "it cannot be read (" + malformed.getMessage() + ")");
    }
  }

  /**
   * The process that has a folder open, as its manifest says, whatever else that says; empty where
   * it names none.
   */
  public static Optional<FolderHolder> holder(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
      return Optional.empty();
    }
    Matcher line = HOLDER_LINE.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    return line.find() ? FolderHolder.parse(line.group(1)) : Optional.empty();
  }

  private static String check(String text, int end) {
    return check(text.substring(0, end));
  }

  private static KVException.Corrupt damaged(Path file, String what) {
    return new KVException.Corrupt(file, -1, what, NOT_FOUND_AGAIN);
  }

  private static Manifest parse(Properties lines) {
    List<SSTable.Identity> sstables = new ArrayList<>();
    int count = Integer.parseInt(lines.getProperty("snapshots"));
    for (int i = 0; i < count; i++) {
      String name = "snapshot." + i;
      String[] revisions = lines.getProperty(name).split(" ");
      sstables.add(
          new SSTable.Identity(
              Long.parseLong(revisions[0]),
              Long.parseLong(revisions[1]),
              parseFiles(lines.getProperty(name + ".files"))));
    }
    Optional<MapFile> map =
        Optional.ofNullable(lines.getProperty("map"))
            .map(
                name ->
                    new MapFile(
                        checked(name, MAP_NAME),
                        number(lines, "map.entries"),
                        (int) number(lines, "map.keyBytes"),
                        (int) number(lines, "map.valueBytes"),
                        Long.parseUnsignedLong(lines.getProperty("map.check"), 16)));
    return new Manifest(
        number(lines, "revision"),
        number(lines, "nextSnapshot"),
        number(lines, "journal"),
        number(lines, "entries"),
        sstables,
        map,
        Optional.ofNullable(lines.getProperty("holder")).flatMap(FolderHolder::parse),
        parseHistory(lines.getProperty("history", "")));
  }

  private static List<JournalHistory.Identity> parseHistory(String words) {
    return Arrays.stream(words.split(" "))
        .filter(word -> !word.isEmpty())
        .map(word -> word.split(":"))
        .map(
            parts ->
                new JournalHistory.Identity(
                    Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2])))
        .toList();
  }

  private static long number(Properties lines, String name) {
    return Long.parseLong(lines.getProperty(name));
  }

  /** The name, which must not lead out of the folder. */
  private static String checked(String name, Pattern pattern) {
    if (!pattern.matcher(name).matches()) {
      throw new IllegalArgumentException("a file name is not one of a store");
    }
    return name;
  }

  private static List<SSTableFile.Identity> parseFiles(String words) {
    return Arrays.stream(words.split(" "))
        .filter(word -> !word.isEmpty())
        .map(word -> word.split(":"))
        .map(
            parts ->
                new SSTableFile.Identity(
                    checked(parts[0], SSTableFileName.PATTERN),
                    Long.parseLong(parts[1]),
                    Integer.parseUnsignedInt(parts[2], 16)))
        .toList();
  }
}
