package io.kvapp.server.command.doctor;

import io.kvapp.KVException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a check has found.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param check what was looked at, in one or two words
 * @param found what is there
 * @param fix what to do about it; empty where nothing is to be done
 */
public record Finding(Status status, String check, String found, String fix) {
  /** How bad it is. */
  public enum Status {
    /** As it should be. */
    OK,
    /** It works, but not as well as it could, or not for long. */
    WARN,
    /** A server does not start with it, or does not work. */
    FAIL
  }

  private static final String BETWEEN = "; ";

  /** Stands for {@link #BETWEEN} in names; no message has it. */
  private static final String HIDDEN = ";\0";

  static Finding ok(String check, String found) {
    return new Finding(Status.OK, check, found, "");
  }

  static Finding warn(String check, String found, String fix) {
    return new Finding(Status.WARN, check, found, fix);
  }

  static Finding fail(String check, String found, String fix) {
    return new Finding(Status.FAIL, check, found, fix);
  }

  /** A failure whose message says what to do behind its first semicolon. */
  static Finding fail(String check, KVException failure) {
    return fail(check, String.valueOf(failure.getMessage()));
  }

  /** The same. A semicolon in the name of the file that it is about is none. */
  static Finding fail(String check, KVException failure, Path file) {
    return fail(check, String.valueOf(failure.getMessage()), file);
  }

  /** The same of a message. A semicolon in the name of the file that it is about is none. */
  static Finding fail(String check, String message, Path file) {
    String name = file.toString();
    String hidden = name.replace(BETWEEN, HIDDEN);
    Finding found = fail(check, message.replace(name, hidden));
    return fail(check, found.found.replace(hidden, name), found.fix.replace(hidden, name));
  }

  private static Finding fail(String check, String message) {
    int end = message.indexOf(BETWEEN);
    return end < 0
        ? fail(check, message, "")
        : fail(check, message.substring(0, end), message.substring(end + BETWEEN.length()));
  }

  /** The same with another remedy. */
  Finding withFix(String better) {
    return new Finding(status, check, found, better);
  }

  /** The name of the status in the output. */
  public String word() {
    return status.name().toLowerCase(Locale.ROOT);
  }

  /** One line for people. */
  public String line() {
    String text = fix.isEmpty() ? found : found + BETWEEN + fix;
    return "%-4s  %-11s  %s".formatted(word(), check, text.replaceAll("\\R", " "));
  }

  /** The members of its JSON object. */
  public Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("check", check);
    members.put("status", word());
    members.put("found", found);
    if (!fix.isEmpty()) {
      members.put("fix", fix);
    }
    return members;
  }
}
