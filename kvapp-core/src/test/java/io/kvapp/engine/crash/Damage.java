package io.kvapp.engine.crash;

import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages a file of a folder at random. For one thread. */
final class Damage {
  private final Path folder;
  private final Random random;

  Damage(Path folder, Random random) {
    this.folder = folder;
    this.random = random;
  }

  /** Does it, and says what was done. */
  String inflict() throws IOException {
    List<Path> files = Disk.list(folder, "*");
    Path file = files.get(random.nextInt(files.size()));
    byte[] bytes = Files.readAllBytes(file);
    return switch (random.nextInt(10)) {
      case 0 -> swap(file, files.get(random.nextInt(files.size())));
      case 1 -> cut(file, bytes);
      case 2 -> delete(file);
      case 3 -> grow(file, bytes);
      case 4 -> zero(file, bytes);
      case 5 -> shift(file, bytes);
      default -> flip(file, bytes);
    };
  }

  private String swap(Path one, Path other) throws IOException {
    Path between = folder.resolve("between");
    Files.move(one, between);
    if (!other.equals(one)) {
      Files.move(other, one);
    }
    Files.move(between, other);
    return one.getFileName() + " swapped with " + other.getFileName();
  }

  private String cut(Path file, byte[] bytes) throws IOException {
    int length = at(bytes);
    Files.write(file, Arrays.copyOf(bytes, length));
    return file.getFileName() + " cut to " + length;
  }

  private String delete(Path file) throws IOException {
    Files.delete(file);
    return file.getFileName() + " deleted";
  }

  private String grow(Path file, byte[] bytes) throws IOException {
    byte[] more = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(5_000));
    if (random.nextBoolean()) {
      byte[] tail = new byte[more.length - bytes.length];
      random.nextBytes(tail);
      System.arraycopy(tail, 0, more, bytes.length, tail.length);
    }
    Files.write(file, more);
    return file.getFileName() + " grown to " + more.length;
  }

  private String zero(Path file, byte[] bytes) throws IOException {
    int from = at(bytes);
    int to = Math.min(bytes.length, from + 1 + random.nextInt(1_000));
    Arrays.fill(bytes, from, to, (byte) 0);
    Files.write(file, bytes);
    return file.getFileName() + " zero from " + from + " to " + to;
  }

  private String shift(Path file, byte[] bytes) throws IOException {
    int from = at(bytes);
    if (from + 1 < bytes.length) {
      System.arraycopy(bytes, from, bytes, from + 1, bytes.length - from - 1);
    }
    Files.write(file, bytes);
    return file.getFileName() + " shifted behind " + from;
  }

  private String flip(Path file, byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      return "nothing";
    }
    int at = at(bytes);
    byte before = bytes[at];
    bytes[at] ^= (byte) (random.nextBoolean() ? 1 << random.nextInt(8) : 1 + random.nextInt(255));
    Files.write(file, bytes);
    return file.getFileName() + " at " + at + ": " + before + " made " + bytes[at];
  }

  /** Mostly a place in front of the zeros in which a file may end. */
  private int at(byte[] bytes) {
    int used = bytes.length;
    while (random.nextInt(1 << 20) != 0 && used > 1 && bytes[used - 1] == 0) {
      used--;
    }
    return used == 0 ? 0 : random.nextInt(used);
  }
}
