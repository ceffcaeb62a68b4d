package io.kvapp.server.auth.users;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.kvapp.KVException;
import io.kvapp.server.file.WatchedFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of users: a JSON object whose member {@code users} is an array with an object for each
 * of them.
 *
 * <p>All methods may be called from any thread.
 */
public final class UsersFile {
  private static final Logger LOG = LoggerFactory.getLogger(UsersFile.class);
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
  private static final Pattern PLACE = Pattern.compile(" at line (\\d+) column (\\d+)");

  /** The whole file as it is written. */
  private record Content(List<Entry> users) {}

  /** A user as it is written; without prefixes where every key is granted. */
  private record Entry(
      String user, String role, List<String> prefixes, int iterations, String salt, String hash) {
    static Entry of(User user) {
      PasswordHash password = user.password();
      return new Entry(
          user.name(),
          user.role().word(),
          user.prefixes().equals(User.EVERY_KEY) ? null : user.prefixes(),
          password.iterations(),
          Base64.getEncoder().encodeToString(password.salt()),
          Base64.getEncoder().encodeToString(password.hash()));
    }

    User toUser() {
      if (user == null || role == null) {
        throw new IllegalArgumentException("a user lacks user or role");
      }
      Role known =
          Role.of(role)
              .orElseThrow(
                  () -> new IllegalArgumentException("role: " + Role.words() + ", not " + role));
      List<String> granted = prefixes == null ? User.EVERY_KEY : prefixes;
      return new User(user, known, granted, password());
    }

    private PasswordHash password() {
      if (iterations < PasswordHash.MIN_ITERATIONS || iterations > PasswordHash.MAX_ITERATIONS) {
        throw new IllegalArgumentException(
            "user %s: iterations: %d to %d, not %d"
                .formatted(
                    user, PasswordHash.MIN_ITERATIONS, PasswordHash.MAX_ITERATIONS, iterations));
      }
      byte[] salted = decoded(salt);
      if (salted.length < PasswordHash.SALT_BYTES) {
        throw new IllegalArgumentException("user " + user + ": salt is missing or too short");
      }
      byte[] hashed = decoded(hash);
      if (hashed.length != PasswordHash.HASH_BYTES) {
        throw new IllegalArgumentException(
            "user %s: hash is missing or not %d bytes".formatted(user, PasswordHash.HASH_BYTES));
      }
      return new PasswordHash(iterations, salted, hashed);
    }

    private byte[] decoded(String base64) {
      try {
        return Base64.getDecoder().decode(base64 == null ? "" : base64);
      } catch (IllegalArgumentException notBase64) {
        // Without the cause, whose message quotes a part of the text.
        throw new IllegalArgumentException("user " + user + ": salt and hash are base64");
      }
    }
  }

  private UsersFile() {}

  /**
   * The users in {@code file}.
   *
   * @throws KVException if it does not hold users; the message does not quote it
   */
  public static Users read(Path file) throws IOException {
    try (StrictJsonReader json = new StrictJsonReader(new StringReader(Files.readString(file)))) {
      Content content = GSON.fromJson(json, Content.class);
      if (content == null || content.users() == null) {
        throw new IllegalArgumentException("its only member is users");
      }
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw new IllegalArgumentException("there is more after its end");
      }
      return new Users(content.users().stream().map(Entry::toUser).toList());
    } catch (CharacterCodingException notUtf8) {
      throw unusable(file, "it is not UTF-8");
    } catch (StrictJsonReader.UnfitException unfit) {
      throw unusable(file, unfit.getMessage());
    } catch (JsonParseException | MalformedJsonException | IllegalStateException notJson) {
      throw unusable(
          file, "it is not the JSON that the users commands write" + place(notJson.getMessage()));
    } catch (IllegalArgumentException invalid) {
      throw unusable(file, invalid.getMessage());
    }
  }

  /**
   * The users in {@code file}, read again when it changes.
   *
   * @throws KVException if it cannot be read or does not hold users
   */
  public static WatchedFiles<Optional<Users>> watch(Path file, InstantSource clock) {
    WatchedFiles<Optional<Users>> watched =
        new WatchedFiles<>(
            "users file", List.of(file), List.of(), () -> Optional.of(read(file)), clock);
    if (watched.get().get().all().isEmpty()) {
      LOG.warn(
          "users file {} has no users, so nobody gets in; add one with: kvapp users add"
              + " --file {} NAME",
          file,
          file);
    }
    return watched;
  }

  /** The content of a file of {@code users}. */
  public static byte[] format(Users users) {
    String json = GSON.toJson(new Content(users.all().stream().map(Entry::of).toList()));
    return (json + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String place(String message) {
    Matcher place = PLACE.matcher(String.valueOf(message));
    return place.find() ? " (line " + place.group(1) + ", column " + place.group(2) + ")" : "";
  }

  private static KVException unusable(Path file, String what) {
    return new KVException(
        "users file "
            + file
            + " cannot be used: "
            + what
            + "; edit it with the command kvapp users");
  }
}
