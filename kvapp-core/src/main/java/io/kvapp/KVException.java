package io.kvapp;

import java.nio.file.Path;

/**
 * The root of everything KVApp throws beyond {@link NullPointerException} and {@link
 * IllegalArgumentException}. Each message is one line that names what is wrong, where, and what to
 * do.
 */
public class KVException extends RuntimeException {
  /** A fault with this one-line message. */
  public KVException(String message) {
    super(message);
  }

  /** A fault with this one-line message and its cause. */
  public KVException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The server or store is closed, not started yet, or started already. */
  public static final class WrongState extends KVException {
    /** A call at the wrong time. */
    public WrongState(String message) {
      super(message);
    }
  }

  /** This kind of store cannot do what was asked; another kind can. */
  public static final class Unsupported extends KVException {
    /** A capability that is not there, and where it is. */
    public Unsupported(String message) {
      super(message);
    }
  }

  /** The store elsewhere does not let this user do what was asked. Nothing was changed. */
  public static final class NotPermitted extends KVException {
    /** What is not permitted, and what would be needed. */
    public NotPermitted(String message) {
      super(message);
    }
  }

  /** The store elsewhere does not know who asks: no sign-in, or one that is over. */
  public static final class NotSignedIn extends KVException {
    /** Why the sign-in does not count, and what to do. */
    public NotSignedIn(String message) {
      super(message);
    }
  }

  /**
   * What listens where the store should be does not prove to be its server. Nothing was sent to it.
   */
  public static final class Untrusted extends KVException {
    /** Why it counts for another, and what to do, with the cause. */
    public Untrusted(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The store cannot be reached or is busy. Nothing was changed; it is safe to try again. */
  public static final class Unavailable extends KVException {
    /** Why nothing was done. */
    public Unavailable(String message) {
      super(message);
    }

    /** Why nothing was done, with its cause. */
    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Whether a write was made is not known: the answer did not arrive. Read before a repeat. */
  public static final class Uncertain extends KVException {
    /** What may have been done. */
    public Uncertain(String message) {
      super(message);
    }

    /** What may have been done, with its cause. */
    public Uncertain(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The changes asked for are older than the history that is kept. */
  public static final class HistoryGone extends KVException {
    private final long oldest;

    /**
     * History that is gone.
     *
     * @param oldest the lowest revision behind which changes can be had
     */
    public HistoryGone(long oldest) {
      super(
          "the changes asked for are gone, the history begins behind revision "
              + oldest
              + "; read the entries anew and go on from there");
      this.oldest = oldest;
    }

    /** The lowest revision behind which changes can be had. */
    public long oldest() {
      return oldest;
    }
  }

  /** An operation cannot add: {@link NotANumber} or {@link Overflow}. Nothing was changed. */
  public abstract static sealed class CannotAdd extends KVException permits NotANumber, Overflow {
    private final int index;

    private CannotAdd(int index, String message) {
      super(message);
      this.index = index;
    }

    /** The place of the operation in its batch; 0 for a single one. */
    public int index() {
      return index;
    }
  }

  /** A value that was to be added to is not a decimal 64-bit integer. Nothing was changed. */
  public static final class NotANumber extends CannotAdd {
    /**
     * A value that is no number.
     *
     * @param index the place of the operation in its batch; 0 for a single one
     */
    public NotANumber(int index) {
      super(
          index,
          "operation "
              + index
              + " adds to a value that is not a decimal 64-bit integer; nothing was changed, write"
              + " a number there first");
    }
  }

  /** A sum is beyond 64 bits. Nothing was changed. */
  public static final class Overflow extends CannotAdd {
    /**
     * A sum that is too large or too small.
     *
     * @param index the place of the operation in its batch; 0 for a single one
     */
    public Overflow(int index) {
      super(
          index,
          "the sum of operation "
              + index
              + " is beyond 64 bits; nothing was changed, add less or write a smaller number");
    }
  }

  /** The data folder is open in another process, or elsewhere in this one. */
  public static final class FolderInUse extends KVException {
    private final String holder;

    /** The folder is held by somebody, as {@code holder} says. */
    public FolderInUse(Path folder, String holder) {
      super(
          "data folder "
              + folder
              + " is in use by "
              + holder
              + "; stop it first or choose another folder");
      this.holder = holder;
    }

    /** Who holds it, such as {@code process 4711}. */
    public String holder() {
      return holder;
    }
  }

  /** The data folder cannot be created, read or written. */
  public static final class FolderUnusable extends KVException {
    /** The folder cannot be used for this reason. */
    public FolderUnusable(Path folder, String reason, Throwable cause) {
      super("data folder " + folder + " cannot be used: " + reason, cause);
    }
  }

  /** The port is taken. */
  public static final class PortInUse extends KVException {
    /** Nobody can listen on this address. */
    public PortInUse(String host, int port, Throwable cause) {
      super(
          "port "
              + port
              + " on "
              + host
              + " is in use; stop what listens there or choose another port (0 takes any free one)",
          cause);
    }
  }

  /** A file of the store is damaged, missing or not a file of a store. */
  public static final class Corrupt extends KVException {
    private final Path file;
    private final long offset;

    /**
     * A damaged file.
     *
     * @param file the file
     * @param offset where in it, in bytes; -1 when it is the file as a whole
     * @param what what is wrong
     * @param consequence what opening the store anyway would drop
     */
    public Corrupt(Path file, long offset, String what, String consequence) {
      super(
          file
              + (offset < 0 ? "" : " at offset " + offset)
              + " is damaged: "
              + what
              + "; restore a backup, or open it with openDamaged(true), as --open-damaged does, which"
              + " drops "
              + consequence);
      this.file = file;
      this.offset = offset;
    }

    /**
     * A damaged file that is not part of a store, such as one to import.
     *
     * @param file the file
     * @param offset where in it, in bytes; -1 when it is the file as a whole
     * @param what what is wrong
     */
    public Corrupt(Path file, long offset, String what) {
      super(file + (offset < 0 ? "" : " at offset " + offset) + " is damaged: " + what);
      this.file = file;
      this.offset = offset;
    }

    /** Damage that a store elsewhere has found, in its words. */
    public Corrupt(String message) {
      super(message);
      this.file = null;
      this.offset = -1;
    }

    /** The damaged file; null where only the store elsewhere knows it. */
    public Path file() {
      return file;
    }

    /** Where in the file, in bytes; -1 when it is the file as a whole. */
    public long offset() {
      return offset;
    }
  }

  /** The store was written in a format that this version does not know. */
  public static final class UnknownFormat extends KVException {
    /** The file says {@code found}, and this version reads {@code known}. */
    public UnknownFormat(Path file, String found, String known) {
      super(
          file
              + " has format version "
              + found
              + ", and this KVApp reads version "
              + known
              + "; open it with the KVApp that wrote it");
    }
  }

  /** The disk is full. Nothing was changed; reads go on; writes resume once there is space. */
  public static final class NoSpace extends KVException {
    /** A full disk that a store elsewhere has met, in its words. */
    public NoSpace(String message) {
      super(message);
    }

    /**
     * The write needed space on the disk of this folder.
     *
     * @param neededBytes how much, 0 where that is not known
     */
    public NoSpace(Path folder, long neededBytes, Throwable cause) {
      super(
          "no space left on the disk of "
              + folder
              + (neededBytes > 0 ? " (" + neededBytes + " bytes needed)" : "")
              + "; nothing was changed, free some space and "
              + (neededBytes > 0 ? "write" : "try")
              + " again",
          cause);
    }
  }

  /** A write or sync failed, so the store only reads until it is opened again. */
  public static final class ReadOnly extends KVException {
    /** A store elsewhere is read-only, in its words. */
    public ReadOnly(String message) {
      super(message);
    }

    /** A store that is read-only, in these words, with its cause. */
    public ReadOnly(String message, Throwable cause) {
      super(message, cause);
    }

    /** The store went read-only because of {@code cause}. */
    public ReadOnly(Path folder, Throwable cause) {
      super(
          "store "
              + folder
              + " is read-only since a write to its files failed ("
              + cause.getMessage()
              + "); check the disk, then close and open it again",
          cause);
    }
  }
}
