package io.kvapp.server.command.doctor;

import io.kvapp.StoreInspection;
import io.kvapp.server.file.FileErrors;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The file system of the data folder: what its kind does not promise, and whether it has room for
 * what comes next.
 *
 * <p>For one thread; used once.
 */
final class DiskCheck implements Check {
  /** A new store takes 11 MiB, and no store writes with only a few free. */
  private static final long MIN_BYTES = 16 << 20;

  /** A file system. */
  record Volume(String type, long usableBytes) {}

  /** Finds the file system of a folder that exists. */
  @FunctionalInterface
  interface VolumeSource {
    Volume of(Path folder) throws IOException;
  }

  private final Path folder;
  private final StoreInspection store;
  private final VolumeSource volumes;

  DiskCheck(Path folder, StoreInspection store, VolumeSource volumes) {
    this.folder = folder;
    this.store = store;
    this.volumes = volumes;
  }

  /** The file system, as the system tells. */
  static Volume volume(Path folder) throws IOException {
    FileStore found = Files.getFileStore(folder);
    return new Volume(found.type(), found.getUsableSpace());
  }

  @Override
  public List<Finding> findings() {
    Path existing = FolderCheck.existing(folder);
    try {
      Volume volume = volumes.of(existing);
      return List.of(type(volume.type()), space(volume.usableBytes()));
    } catch (IOException unknown) {
      return List.of(
          Finding.warn(
              "file system",
              "that of " + existing + " cannot be asked: " + FileErrors.reason(unknown),
              "check that it is mounted"));
    }
  }

  private static Finding type(String type) {
    return switch (type.toLowerCase(Locale.ROOT).replaceFirst("\\..*", "")) {
      case "ext2", "ext3", "ext4", "xfs" -> Finding.ok("file system", type);
      case "btrfs", "zfs", "bcachefs", "apfs", "refs" ->
          warn(
              type
                  + " writes blocks anew, so a block once written is not there to be overwritten:"
                  + " on a full disk the process can end with SIGBUS, and the next start recovers",
              "keep space free, or use ext4 or XFS");
      case "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "9p", "ceph", "glusterfs", "lustre" ->
          warn(
              type
                  + " is of another machine: its locks may not keep a second process out, and a"
                  + " store that loses it stops writing",
              "use a local disk, or see to it that one machine alone uses the folder");
      case "overlay", "overlayfs", "aufs" ->
          warn(
              type + " is the layer of a container, and the data goes when that is removed",
              "mount a volume at the data folder");
      case "tmpfs", "ramfs" ->
          warn(
              type + " is in memory: the data ends with the system, and no sync keeps it",
              "use a disk, or --in-memory if that is meant");
      case "vfat", "msdos", "exfat", "fuseblk", "ntfs", "ntfs3" ->
          warn(
              type + " knows no owners and modes, so other users may read and change the data",
              "use ext4 or XFS");
      default ->
          warn(type + " is one that KVApp is not tested on", "use ext4 or XFS where you can");
    };
  }

  private static Finding warn(String found, String fix) {
    return Finding.warn("file system", found, fix);
  }

  private Finding space(long usable) {
    String free = Sizes.text(usable) + " free";
    if (usable < MIN_BYTES) {
      return Finding.fail(
          "space",
          free + ", and a store needs " + Sizes.text(MIN_BYTES) + " to write",
          "free some, or choose another disk with --data");
    }
    long needed = Math.max(MIN_BYTES, Math.max(store.compactionBytes(), store.growthBytes()));
    return usable < needed
        ? Finding.warn(
            "space",
            free
                + "; a compaction of everything takes up to "
                + Sizes.text(store.compactionBytes())
                + ", the next larger hash table "
                + Sizes.text(store.growthBytes()),
            "free some: they wait until there is enough, and deleted entries keep their space")
        : Finding.ok("space", free + "; growth and compaction take at most " + Sizes.text(needed));
  }
}
