package io.kvapp.engine.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An ext4 file system in a file, whose power can be cut: what is not on its disk at that moment is
 * gone.
 *
 * <p>Needs root, loop devices, mkfs.ext4, mount and python3. For one thread.
 */
public final class LoopDisk implements AutoCloseable {
  private static final long BYTES = 512L << 20;
  private static final int PATIENCE_SECONDS = 60;

  /**
   * Has the kernel write some pages of the journal's files out in no order, as it may at any time,
   * then shuts the file system down without its log (EXT4_IOC_SHUTDOWN,
   * EXT4_GOING_FLAGS_NOLOGFLUSH).
   */
  private static final String CUT =
      """
      import ctypes, fcntl, os, random, struct, sys
      mount, folder, seed = sys.argv[1:]
      random.seed(int(seed))
      libc = ctypes.CDLL(None, use_errno=True)
      sync_range = libc.sync_file_range
      sync_range.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
      names = os.listdir(folder) if os.path.isdir(folder) else []
      for name in names:
          if name.endswith('.log') and random.random() < 0.7:
              try:
                  file = os.open(os.path.join(folder, name), os.O_RDONLY)
              except FileNotFoundError:
                  continue
              pages = os.fstat(file).st_size // 4096
              for page in range(pages):
                  if random.random() < 0.3:
                      sync_range(file, page * 4096, 4096, 7)
              os.close(file)
      top = os.open(mount, os.O_RDONLY)
      fcntl.ioctl(top, 0x8004587d, struct.pack('I', 2))
      """;

  private final Path image;
  private final Path mount;
  private boolean mounted;

  /** Makes and mounts an empty file system below a folder. */
  public LoopDisk(Path scratch) throws IOException, InterruptedException {
    image = scratch.resolve("disk.img");
    mount = Files.createDirectory(scratch.resolve("disk"));
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(BYTES);
    }
    run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image.toString());
    mount();
  }

  /** Why there can be no such disk here; null where there can. */
  public static String missing() throws IOException, InterruptedException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "mounting a file system takes root";
    }
    if (!Files.exists(Path.of("/dev/loop-control"))) {
      return "there are no loop devices";
    }
    for (String command : List.of("mkfs.ext4", "mount", "umount", "python3")) {
      if (start("sh", "-c", "command -v " + command).waitFor() != 0) {
        return "there is no " + command;
      }
    }
    return null;
  }

  public Path folder() {
    return mount;
  }

  public void mount() throws IOException, InterruptedException {
    run("mount", "-o", "loop", image.toString(), mount.toString());
    mounted = true;
  }

  /** Cuts the power, some pages of the files in a folder having been written out first. */
  public void cut(Path folder, long seed) throws IOException, InterruptedException {
    run("python3", "-c", CUT, mount.toString(), folder.toString(), Long.toString(seed));
  }

  public void unmount() throws IOException, InterruptedException {
    run("umount", mount.toString());
    mounted = false;
  }

  private static Process start(String... command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = start(command);
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(command[0] + " failed: " + output.strip());
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (mounted) {
      try {
        unmount();
      } catch (IOException busy) {
        run("umount", "--lazy", mount.toString());
      }
    }
    Files.delete(image);
    Files.delete(mount);
  }
}
