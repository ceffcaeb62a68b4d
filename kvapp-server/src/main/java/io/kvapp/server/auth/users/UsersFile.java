package io.kvapp.server.auth.users;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import io.kvapp.KVException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The file of users: a JSON object whose member {@code users} is an array of one object each. */
public final class UsersFile {
  private static final String USERS = "users";
  private static final String USER = "user";
  private static final String ROLE = "role";
  private static final String PREFIXES = "prefixes";
  private static final String ITERATIONS = "iterations";
  private static final String SALT = "salt";
  private static final String HASH = "hash";

  private UsersFile() {}

  /**
   * The users in {@code file}.
   *
   * @throws KVException if it does not hold users; the message does not quote it
   */
  public static Users read(Path file) throws IOException {
    try (JsonReader json = new JsonReader(new StringReader(Files.readString(file)))) {
      json.setStrictness(Strictness.STRICT);
      Users users = users(json);
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw new IllegalArgumentException("there is more after its end");
      }
      return users;
    } catch (CharacterCodingException notUtf8) {
      throw unusable(file, "it is not UTF-8");
    } catch (MalformedJsonException | EOFException | IllegalStateException notJson) {
      throw unusable(file, "it is not the JSON that the users commands write");
    } catch (IllegalArgumentException invalid) {
      throw unusable(file, invalid.getMessage());
    }
  }

  /** The content of a file of {@code users}. */
  public static byte[] format(Users users) {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.setIndent("  ");
      json.beginObject().name(USERS).beginArray();
      for (User user : users.all()) {
        write(json, user);
      }
      json.endArray().endObject();
    } catch (IOException impossible) {
      throw new IllegalStateException("a string cannot be written", impossible);
    }
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void write(JsonWriter json, User user) throws IOException {
    json.beginObject();
    json.name(USER).value(user.name());
    json.name(ROLE).value(user.role().word());
    if (!user.prefixes().equals(User.EVERY_KEY)) {
      json.name(PREFIXES).beginArray();
      for (String prefix : user.prefixes()) {
        json.value(prefix);
      }
      json.endArray();
    }
    json.name(ITERATIONS).value(user.password().iterations());
    json.name(SALT).value(Base64.getEncoder().encodeToString(user.password().salt()));
    json.name(HASH).value(Base64.getEncoder().encodeToString(user.password().hash()));
    json.endObject();
  }

  private static Users users(JsonReader json) throws IOException {
    List<User> users = new ArrayList<>();
    json.beginObject();
    if (!json.nextName().equals(USERS)) {
      throw new IllegalArgumentException("its only member is " + USERS);
    }
    json.beginArray();
    while (json.hasNext()) {
      users.add(user(json));
    }
    json.endArray();
    json.endObject();
    return new Users(users);
  }

  private static User user(JsonReader json) throws IOException {
    String name = null;
    Role role = null;
    List<String> prefixes = User.EVERY_KEY;
    int iterations = 0;
    byte[] salt = null;
    byte[] hash = null;
    Set<String> members = new HashSet<>();
    json.beginObject();
    while (json.hasNext()) {
      String member = json.nextName();
      if (!members.add(member)) {
        throw new IllegalArgumentException("a member is there twice: " + member);
      }
      switch (member) {
        case USER -> name = string(json);
        case ROLE -> role = role(string(json));
        case PREFIXES -> prefixes = prefixes(json);
        case ITERATIONS -> iterations = json.nextInt();
        case SALT -> salt = Base64.getDecoder().decode(string(json));
        case HASH -> hash = Base64.getDecoder().decode(string(json));
        default -> throw new IllegalArgumentException("it has an unknown member " + member);
      }
    }
    json.endObject();
    if (name == null || role == null) {
      throw new IllegalArgumentException("a user lacks " + USER + " or " + ROLE);
    }
    return new User(name, role, prefixes, password(name, iterations, salt, hash));
  }

  private static PasswordHash password(String name, int iterations, byte[] salt, byte[] hash) {
    if (iterations < PasswordHash.MIN_ITERATIONS || iterations > PasswordHash.MAX_ITERATIONS) {
      throw new IllegalArgumentException(
          "user %s: %s: %d to %d, not %d"
              .formatted(
                  name,
                  ITERATIONS,
                  PasswordHash.MIN_ITERATIONS,
                  PasswordHash.MAX_ITERATIONS,
                  iterations));
    }
    if (salt == null || salt.length < PasswordHash.SALT_BYTES) {
      throw new IllegalArgumentException("user " + name + ": " + SALT + " is missing or too short");
    }
    if (hash == null || hash.length != PasswordHash.HASH_BYTES) {
      throw new IllegalArgumentException(
          "user "
              + name
              + ": "
              + HASH
              + " is missing or not "
              + PasswordHash.HASH_BYTES
              + " bytes");
    }
    return new PasswordHash(iterations, salt, hash);
  }

  private static List<String> prefixes(JsonReader json) throws IOException {
    List<String> prefixes = new ArrayList<>();
    json.beginArray();
    while (json.hasNext()) {
      prefixes.add(string(json));
    }
    json.endArray();
    return prefixes;
  }

  private static Role role(String word) {
    return Role.of(word)
        .orElseThrow(() -> new IllegalArgumentException(ROLE + ": reader or writer, not " + word));
  }

  /** The next value; {@link JsonReader#nextString} alone takes a number for one, too. */
  private static String string(JsonReader json) throws IOException {
    if (json.peek() != JsonToken.STRING) {
      throw new IllegalArgumentException(
          "a string belongs at " + json.getPath() + ", not " + json.peek());
    }
    return json.nextString();
  }

  private static KVException unusable(Path file, String what) {
    return new KVException(
        "users file "
            + file
            + " cannot be used: "
            + what
            + "; edit it with the command kvapp-server users");
  }
}
